"""Who can be reached? The operator's manual is probe_sources.md, shown with the DAG."""

from datetime import timedelta
from pathlib import Path

from airflow import sdk
from airflow.sdk import dag, task

UNIT_CODE = "{{ task.op_kwargs.get('unit_code', '') }}"


@task
def list_probed_units() -> list[str]:
    from sync.services import probe

    return probe.list_probed_units()


@task(pool="sources", map_index_template=UNIT_CODE)
def probe(unit_code: str) -> bool:
    from sync.services import probe

    return probe.probe_unit(unit_code)


@dag(
    schedule=sdk.CronTriggerTimetable("*/15 * * * *", timezone="Asia/Ho_Chi_Minh"),
    catchup=False,
    max_active_runs=1,
    default_args={
        "retries": 0,  # the next round asks again
        "execution_timeout": timedelta(minutes=5),
        "priority_weight": -1,  # a wave goes first
    },
    tags=["sync"],
    doc_md=str(Path(__file__).with_suffix(".md")),
)
def probe_sources() -> None:
    probe.expand(unit_code=list_probed_units())


probe_sources()
