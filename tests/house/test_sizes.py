from pathlib import Path

from tests.house.tree import ROOT, modules, name_of

MODULE_LINES = 300
DAG_LINES = 90


def too_long(paths: list[Path], limit: int) -> dict[str, int]:
    counts = {name_of(path): len(path.read_text().splitlines()) for path in paths}
    return {name: count for name, count in counts.items() if count > limit}


def test_no_module_is_longer_than_a_reader_can_hold() -> None:
    migrations = ROOT / "sync/store/migrations/versions"
    paths = [path for path in modules() if migrations not in path.parents]

    assert too_long(paths, MODULE_LINES) == {}


def test_a_dag_file_is_wiring_only() -> None:
    paths = modules("dags")

    assert paths
    assert too_long(paths, DAG_LINES) == {}
