"""What units must know goes out by mail. The manual is send_notices.md, shown with the DAG."""

from datetime import timedelta
from pathlib import Path

from airflow import sdk
from airflow.sdk import dag, task


@task
def queue() -> dict[str, int]:
    from sync.services import notify

    return notify.queue_due()


@task(trigger_rule="all_done")  # what is queued goes out whatever became of what is new
def send() -> dict[str, int]:
    from sync.services import notify

    return notify.send_notices()


@dag(
    schedule=sdk.CronTriggerTimetable("*/15 * * * *", timezone="Asia/Ho_Chi_Minh"),
    catchup=False,
    max_active_runs=1,
    default_args={
        "retries": 0,  # the next round goes on
        "execution_timeout": timedelta(minutes=10),
        "priority_weight": -1,  # a wave goes first
    },
    tags=["sync"],
    doc_md=str(Path(__file__).with_suffix(".md")),
)
def send_notices() -> None:
    queue() >> send()


send_notices()
