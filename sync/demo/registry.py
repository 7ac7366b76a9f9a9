"""What a steward would register for the pretend country: sources, secrets, headcounts."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from sync.demo.country import Country
from sync.demo.units import Fault, PretendUnit
from sync.model.notice import NoticeKind
from sync.model.source import Source
from sync.sources.profiles import load_profile
from sync.store.contacts import StatedContact
from sync.store.notices import Address

REFUSING_ADDRESS = "http://127.0.0.1:1"  # nobody listens on this port
EXPIRED = "expired"
POPULATION_SECRET = "demo_population"  # noqa: S105 - the name of a secret


def demo_sources(country: Country, base_url: str, files_dir: Path) -> list[Source]:
    """One source a unit; `base_url` is where `sync.demo.serve` listens."""
    return [_source(unit, base_url, files_dir) for unit in country.units]


def demo_secrets(country: Country) -> dict[str, str]:
    """Content of each secret file by its name; one of them is no longer good."""
    secrets = {
        secret_name(unit): registered_secret(country, unit)
        for unit in country.units
        if load_profile(unit.profile_name).connector != "files"
    }
    return {**secrets, POPULATION_SECRET: population_secret(country)}


def population_secret(country: Country) -> str:
    """The bearer token that the pretend population register accepts."""
    return hashlib.sha256(f"{country.seed}/population/key".encode()).hexdigest()[:40]


def demo_headcounts(country: Country) -> dict[str, int]:
    """People in service as a steward knows them: exact for most, a little off for some."""
    return {
        unit.unit_code: country.serving(unit.unit_code) + _difference(position, unit.size)
        for position, unit in enumerate(country.units)
    }


def demo_contacts(country: Country) -> list[StatedContact]:
    """Invented offices; nobody receives mail at `.example`. Two units have none yet."""
    return [
        StatedContact(
            unit.unit_code, role, office, f"{box}@{unit.unit_code.lower()}.example", ""
        )
        for unit in country.units[2:]
        for role, office, box in (
            ("records", "Bộ phận tổ chức cán bộ", "tccb"),
            ("technical", "Bộ phận công nghệ thông tin", "cntt"),
        )
    ]


def demo_addresses(country: Country) -> list[Address]:
    """Where notices to the units with an office go: a mailbox of the office, no person's."""
    return [
        Address(
            contact.unit_code,
            f"phong-tccb@{contact.unit_code.lower()}.example",
            tuple(NoticeKind),
            country.as_of,
            None,
            "demo",
        )
        for contact in demo_contacts(country)
        if contact.role == "records"
    ]


def secret_name(unit: PretendUnit) -> str:
    """The name under which the unit's secret is registered."""
    return f"demo_{unit.unit_code.lower()}"


def good_secret(country: Country, unit: PretendUnit) -> str:
    """The credential the unit's system accepts."""
    digest = hashlib.sha256(f"{country.seed}/{unit.unit_code}/key".encode()).hexdigest()
    if load_profile(unit.profile_name).connector == "rest_cursor":
        return f"client-{unit.unit_code.lower()}:{digest[:40]}"
    return digest[:40]


def registered_secret(country: Country, unit: PretendUnit) -> str:
    """The credential we were given; in one unit it was replaced since."""
    good = good_secret(country, unit)
    return f"{good[:-8]}{EXPIRED}" if unit.fault is Fault.EXPIRED else good


def write_secrets(secrets: Mapping[str, str], folder: Path) -> None:
    """One file a secret, readable by its owner only."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, value in secrets.items():
        path = folder / name
        path.touch(mode=0o600)
        path.write_text(value, "utf-8")


def _source(unit: PretendUnit, base_url: str, files_dir: Path) -> Source:
    profile = load_profile(unit.profile_name)
    is_files = profile.connector == "files"
    address = f"{base_url}/u/{unit.unit_code}"
    if is_files:
        address = str((files_dir / unit.unit_code).resolve())
    elif unit.fault is Fault.DOWN:
        address = f"{REFUSING_ADDRESS}/u/{unit.unit_code}"
    return Source(
        source_code=f"{unit.unit_code}-HRM",
        unit_code=unit.unit_code,
        connector=profile.connector,
        profile_name=unit.profile_name,
        address=address,
        secret_name=None if is_files else secret_name(unit),
    )


def _difference(position: int, size: int) -> int:
    """A steward's figure is of another day: every fifth differs by at most one percent."""
    if position % 5:
        return 0
    return (1 if position % 2 else -1) * (size // 100)
