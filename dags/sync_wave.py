"""One wave over all due units. The operator's manual is sync_wave.md, shown with the DAG."""

from datetime import timedelta
from pathlib import Path

from airflow import sdk
from airflow.sdk import DAG, task

ERRORS = "sync.model.errors"
RETRY_BY_KIND = sdk.ExceptionRetryPolicy(
    rules=[
        sdk.RetryRule([f"{ERRORS}.SourceUnavailableError", f"{ERRORS}.DatabaseRefusedError"]),
        sdk.RetryRule(f"{ERRORS}.SyncError", action=sdk.RetryAction.FAIL),
    ],
)
UNIT_CODE = "{{ task.op_kwargs.get('unit_code', '') }}"

with DAG(
    "sync_wave",
    schedule=sdk.CronTriggerTimetable("0 * * * *", timezone="Asia/Ho_Chi_Minh"),
    catchup=False,
    max_active_runs=1,
    default_args={
        "retries": 1,  # once within a wave: the next wave asks again
        "retry_delay": timedelta(seconds=30),
        "retry_policy": RETRY_BY_KIND,
        "execution_timeout": timedelta(minutes=30),
    },
    tags=["sync"],
    doc_md=str(Path(__file__).with_suffix(".md")),
) as sync_wave:

    @task
    def list_due_units(wave_key: str, run: str) -> list[str]:
        from sync.services import wave

        return wave.open_run(wave_key, run)

    @task(pool="sources", map_index_template=UNIT_CODE)
    def pull(unit_code: str, wave_key: str) -> int | None:
        from sync.services import pull

        return pull.pull_unit(unit_code, wave_key)

    @task(trigger_rule="all_done")  # one dead source must not stop the others
    def read(wave_key: str) -> int:
        from sync.services import read

        return read.read_sealed_snapshots(wave_key)

    @task
    def check(wave_key: str) -> list[dict[str, int | str]]:
        from sync.services import check  # the only task that imports Great Expectations

        return check.check_read_snapshots(wave_key)

    @task(map_index_template=UNIT_CODE)
    def admit(snapshot_id: int, unit_code: str) -> dict[str, int | str]:
        from sync.services import admit

        return admit.admit_snapshot(snapshot_id)

    @task(trigger_rule="all_done")
    def settle(wave_key: str) -> dict[str, int]:
        from sync.services import settle

        return settle.settle_claims(wave_key)

    @task(trigger_rule="all_done")
    def measure(wave_key: str) -> dict[str, int]:
        from sync.services import measure

        return measure.measure_units(wave_key)

    @task(trigger_rule="none_failed", retries=0)  # pulls are judged by their reasons
    def verdict(wave_key: str) -> None:
        from sync.services import wave

        wave.raise_if_incomplete(wave_key)

    wave_key = "{{ dag_run.run_after.isoformat() }}"
    due = list_due_units(wave_key, "{{ run_id }}")
    pulled = pull.partial(wave_key=wave_key).expand(unit_code=due)
    was_read = read(wave_key)
    checked = check(wave_key)
    admitted = admit.expand_kwargs(checked)
    settled, measured = settle(wave_key), measure(wave_key)
    pulled >> was_read >> checked >> admitted >> settled >> measured
    [due, was_read, checked, admitted, settled, measured] >> verdict(wave_key)
