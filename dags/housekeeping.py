"""What is too old to keep goes. The manual is housekeeping.md, shown with the DAG."""

from datetime import timedelta
from pathlib import Path

from airflow import sdk
from airflow.sdk import dag, task

UNIT_CODE = "{{ task.op_kwargs.get('unit_code', '') }}"


@task
def list_units() -> list[str]:
    from sync.services import housekeeping

    return housekeeping.list_units()


@task(map_index_template=UNIT_CODE, max_active_tis_per_dagrun=2)
def tidy(unit_code: str) -> dict[str, int]:
    from sync.services import housekeeping

    return housekeeping.tidy_unit(unit_code)


@task
def tidy_rest() -> dict[str, int]:
    from sync.services import housekeeping

    return housekeeping.tidy_rest()


@dag(
    schedule=sdk.CronTriggerTimetable("30 3 * * *", timezone="Asia/Ho_Chi_Minh"),
    catchup=False,
    max_active_runs=1,
    default_args={
        "retries": 1,  # what was removed is removed; the rest goes on
        "retry_delay": timedelta(minutes=5),
        "execution_timeout": timedelta(hours=2),
        "priority_weight": -2,  # waves and probes go first
    },
    tags=["sync"],
    doc_md=str(Path(__file__).with_suffix(".md")),
)
def housekeeping() -> None:
    tidy.expand(unit_code=list_units()) >> tidy_rest()


housekeeping()
