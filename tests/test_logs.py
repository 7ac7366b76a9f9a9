import io
import json
import logging
from collections.abc import Iterator

import pytest

from sync.logs import TELEMETRY_OFF, configure_logs, log_event, log_failure, telemetry_off


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    logger = logging.getLogger("sync")
    before = (logger.handlers, logger.level, logger.propagate)
    written = io.StringIO()
    configure_logs(written)
    yield written
    logger.handlers, logger.level, logger.propagate = before


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_an_event_is_one_json_line_with_ids_and_counts(stream: io.StringIO) -> None:
    log_event(logging.getLogger("sync.services.pull"), "pulled", unit_code="M-01", received=200)

    (line,) = lines(stream)
    assert (line["event"], line["unit_code"], line["received"]) == ("pulled", "M-01", 200)
    assert line["logger"] == "sync.services.pull"


@pytest.mark.parametrize("value", ["Nguyễn Văn An", "An Nguyen", "001080000001", "a" * 81])
def test_what_could_be_a_person_is_hidden(stream: io.StringIO, value: str) -> None:
    log_event(logging.getLogger("sync.services"), "seen", value=value)

    assert lines(stream)[0]["value"] == "(hidden)"


@pytest.mark.parametrize(
    "value", ["scheduled__2026-01-01T00:00:00+07:00", "0123456789abcdef" * 4, None, 2.5, True]
)
def test_codes_hashes_and_numbers_are_shown(stream: io.StringIO, value: object) -> None:
    log_event(logging.getLogger("sync.services"), "seen", value=value)  # type: ignore[arg-type]  # parametrised

    assert lines(stream)[0]["value"] == value


def test_a_failure_is_named_by_its_kind_without_its_text(stream: io.StringIO) -> None:
    log_failure(logging.getLogger("sync.cli"), "stopped", ValueError("001080000001"))
    try:
        raise KeyError("001080000001")
    except KeyError:
        logging.getLogger("sync.cli").exception("crashed")

    assert [line["error"] for line in lines(stream)] == ["ValueError", "KeyError"]
    assert "001080000001" not in stream.getvalue()


def test_telemetry_is_off_whatever_the_environment_says() -> None:
    environment = telemetry_off({"GX_ANALYTICS_ENABLED": "True", "LANG": "vi_VN.UTF-8"})

    assert environment == {**TELEMETRY_OFF, "LANG": "vi_VN.UTF-8"}
