"""Logs are JSON events with ids and counts; a person's value cannot get in by accident."""

import json
import logging
import re
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TextIO

ROOT = "sync"
HIDDEN = "(hidden)"

CODE_LIKE = re.compile(r"[A-Za-z0-9_.:+/=-]{1,80}")
LONG_NUMBER = re.compile(r"\d{9,}")  # an identity number has 9 or 12 digits
SHA256 = re.compile(r"[0-9a-f]{64}")

LogValue = int | float | bool | None | str

# What keeps libraries from telling their makers how they are used. Great Expectations documents
# the first; the others were Airflow's (2.10 to 3.0) and cost nothing where they mean nothing.
TELEMETRY_OFF: Mapping[str, str] = {
    "GX_ANALYTICS_ENABLED": "False",
    "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
    "SCARF_ANALYTICS": "False",
    "DO_NOT_TRACK": "1",
}


def log_event(logger: logging.Logger, event: str, **values: LogValue) -> None:
    """Write one event with numbers and codes; any other text is replaced by "(hidden)"."""
    logger.info(event, extra={"values": {name: _safe(value) for name, value in values.items()}})


def log_failure(logger: logging.Logger, event: str, error: BaseException) -> None:
    """Write that something failed, by the error's kind only."""
    logger.error(event, extra={"values": {"error": type(error).__name__}})


def configure_logs(stream: TextIO | None = None, level: int = logging.INFO) -> None:
    """Send this service's events as JSON lines to a stream (standard error); for doors."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonFormatter())
    logger = logging.getLogger(ROOT)
    logger.handlers = [handler]
    logger.setLevel(level)
    logger.propagate = False


def telemetry_off(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment with every library's telemetry switched off, for a process to start."""
    return {**environment, **TELEMETRY_OFF}


class JsonFormatter(logging.Formatter):
    """One JSON object a line; tracebacks are left out, for they quote values."""

    def format(self, record: logging.LogRecord) -> str:
        """The event with its time, level, logger and values."""
        line = {
            "at": datetime.fromtimestamp(record.created, tz=UTC).isoformat(
                timespec="milliseconds"
            ),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": str(record.msg),
            **getattr(record, "values", {}),
        }
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
        return json.dumps(line, ensure_ascii=False, default=lambda _: HIDDEN)


def _safe(value: LogValue) -> LogValue:
    if value is None or isinstance(value, bool | int | float):
        return value
    if not isinstance(value, str):
        return HIDDEN
    if SHA256.fullmatch(value):
        return value
    return value if CODE_LIKE.fullmatch(value) and not LONG_NUMBER.search(value) else HIDDEN
