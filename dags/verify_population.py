"""Are people who the population register says? The manual is verify_population.md."""

from datetime import timedelta
from pathlib import Path

from airflow import sdk
from airflow.sdk import dag, task

UNIT_CODE = "{{ task.op_kwargs.get('unit_code', '') }}"


@task
def list_units() -> list[str]:
    from sync.services import population

    return population.list_units_to_verify()


@task(pool="population", map_index_template=UNIT_CODE)
def verify(unit_code: str) -> dict[str, int | str]:
    from sync.services import population

    return population.verify_unit(unit_code)


@dag(
    schedule=sdk.CronTriggerTimetable("0 20 * * *", timezone="Asia/Ho_Chi_Minh"),
    catchup=False,
    max_active_runs=1,
    default_args={
        "retries": 0,  # the client has tried often enough; the next day goes on from there
        "execution_timeout": timedelta(hours=3),
        "priority_weight": -1,  # a wave goes first
    },
    tags=["sync"],
    doc_md=str(Path(__file__).with_suffix(".md")),
)
def verify_population() -> None:
    verify.expand(unit_code=list_units())


verify_population()
