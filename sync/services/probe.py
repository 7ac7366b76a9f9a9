"""Probes: is each source reachable with our credential?"""

from sync.model.errors import ConfigurationError
from sync.model.source import ProbeResult
from sync.services.context import Clock, database_of, today, utc_now
from sync.services.secrets import find_secret
from sync.settings import get_settings
from sync.sources.connect import open_connector
from sync.sources.profiles import load_profile
from sync.store import registry
from sync.store.database import Database

NOT_SET_UP = "probe_not_set_up"


def list_probed_units(*, db: Database | None = None, clock: Clock = utc_now) -> list[str]:
    """Codes of units that have an active source, sorted."""
    with (db or database_of()).transaction() as conn:
        return [source.unit_code for source in registry.list_sources(conn, today(clock))]


def probe_unit(unit_code: str, *, db: Database | None = None, clock: Clock = utc_now) -> bool:
    """Look at one source once and keep the result; what the source does never raises."""
    database = db or database_of()
    with database.transaction() as conn:
        source = registry.get_source(conn, unit_code, today(clock))
    try:
        connector = open_connector(
            source,
            load_profile(source.profile_name),
            find_secret(source.secret_name),
            timeout_s=get_settings().http_timeout_s,
            attempts=1,
        )
    except ConfigurationError as error:
        result = ProbeResult(
            is_ok=False, reason=str(error), latency_ms=0, reason_code=NOT_SET_UP
        )
    else:
        try:
            result = connector.probe()
        finally:
            connector.close()
    with database.transaction() as conn:
        registry.add_probe(conn, source, clock(), result)
    return result.is_ok
