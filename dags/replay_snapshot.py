"""A kept answer is read and admitted again. The manual is replay_snapshot.md."""

from datetime import timedelta
from pathlib import Path

from airflow import sdk
from airflow.sdk import DAG, task

ERRORS = "sync.model.errors"
RETRY_BY_KIND = sdk.ExceptionRetryPolicy(
    rules=[
        sdk.RetryRule(f"{ERRORS}.DatabaseRefusedError"),
        sdk.RetryRule(f"{ERRORS}.SyncError", action=sdk.RetryAction.FAIL),
    ],
)
ASKED = {
    "target": sdk.Param(type="string", minLength=1, title="Snapshot or unit"),
    "reason": sdk.Param(type="string", minLength=1, title="Why, in one sentence"),
}

with DAG(
    "replay_snapshot",
    schedule=None,  # by hand
    catchup=False,
    max_active_runs=1,
    params=ASKED,
    default_args={
        "retries": 1,
        "retry_delay": timedelta(seconds=30),
        "retry_policy": RETRY_BY_KIND,
        "execution_timeout": timedelta(minutes=30),
    },
    tags=["sync"],
    doc_md=str(Path(__file__).with_suffix(".md")),
) as replay_snapshot:

    @task(task_id="open")
    def open_replay(target: str, reason: str, actor: str, run: dict[str, str]) -> int:
        from sync.services import replay, wave

        snapshot_id = replay.open_replay(replay.Order(target, actor, reason), run["wave_key"])
        wave.note_run(run["wave_key"], run["run_id"])
        return snapshot_id

    @task
    def read(wave_key: str) -> int:
        from sync.services import read

        return read.read_sealed_snapshots(wave_key)

    @task
    def check(wave_key: str) -> int:
        from sync.services import check  # the only task that imports Great Expectations

        return len(check.check_read_snapshots(wave_key))

    @task
    def admit(snapshot_id: int) -> dict[str, int | str]:
        from sync.services import admit

        return admit.admit_snapshot(snapshot_id)

    @task
    def settle(wave_key: str) -> dict[str, int]:
        from sync.services import settle

        return settle.settle_claims(wave_key)

    @task
    def measure(wave_key: str) -> dict[str, int]:
        from sync.services import measure

        return measure.measure_units(wave_key)

    @task(retries=0)
    def verdict(wave_key: str) -> None:
        from sync.services import wave

        wave.raise_if_incomplete(wave_key)

    wave_key = "replay {{ dag_run.run_after.isoformat() }}"
    actor = "{{ dag_run.triggering_user_name or 'airflow' }}"
    run = {"wave_key": wave_key, "run_id": "{{ run_id }}"}
    opened = open_replay("{{ params.target }}", "{{ params.reason }}", actor, run)
    was_read, checked, admitted = read(wave_key), check(wave_key), admit(opened)
    opened >> was_read >> checked >> admitted
    admitted >> settle(wave_key) >> measure(wave_key) >> verdict(wave_key)
