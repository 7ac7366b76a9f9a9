"""The basis of a check: everything that decides what the same documents say."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from sqlalchemy import Connection

from sync.checks.suites import Suites, load_suites
from sync.contract.profile import Profile
from sync.contract.registers import contract_sha256
from sync.services.context import expectations_dir
from sync.sources.profiles import load_profile
from sync.store import registry
from sync.store.snapshots import Snapshot


@dataclass(frozen=True, slots=True)
class Basis:
    """`reading` leaves out the day: time alone does not make every document new."""

    reading: str
    full: str


@dataclass(frozen=True, slots=True)
class Bases:
    """What all profiles of one wave have in common."""

    suites: Suites
    code_lists_sha256: str

    def of(self, profile_sha256: str, as_of: date) -> Basis:
        """The basis for documents of one profile on one day."""
        parts = (profile_sha256, contract_sha256(), self.code_lists_sha256, self.suites.sha256)
        reading = sha256("\n".join(parts).encode()).hexdigest()
        full = sha256(f"{reading}\n{as_of.isoformat()}".encode()).hexdigest()
        return Basis(reading, full)

    def cross_rules(self) -> list[str]:
        """Rules whose findings another record can change."""
        return [rule.code for rule in self.suites.rules if rule.cross_record]


def current_bases(conn: Connection) -> Bases:
    """The bases as suites and code lists stand now."""
    return Bases(_suites(), registry.code_lists_sha256(conn))


def _suites() -> Suites:
    """The suites as their files stand now; files that did not change are not read again."""
    folder = expectations_dir()
    stats = [(path.name, path.stat()) for path in sorted(folder.glob("*.json"))]
    return _load(folder, tuple((name, at.st_mtime_ns, at.st_size) for name, at in stats))


@lru_cache(maxsize=2)
def _load(folder: Path, stamp: tuple[tuple[str, int, int], ...]) -> Suites:
    return load_suites(folder)


def profile_of(conn: Connection, snapshot: Snapshot) -> Profile:
    """The present version of the profile a snapshot was pulled with."""
    names = registry.profile_names(conn, [snapshot.profile_sha256])
    return load_profile(names[snapshot.profile_sha256])


def basis_of(conn: Connection, bases: Bases, snapshot: Snapshot) -> Basis:
    """The basis under which this snapshot would be read and checked now."""
    return bases.of(profile_of(conn, snapshot).sha256, snapshot.as_of)


def profile_content(profile: Profile) -> dict[str, object]:
    """A profile as plain JSON, kept with every snapshot read under it."""
    return {
        "name": profile.name,
        "title": profile.title,
        "date_format": str(profile.date_format),
        "decimal_mark": profile.decimal_mark,
        "key": ".".join(profile.key_path),
        "groups": [
            {
                "group": mapping.group,
                "path": list(mapping.path),
                "fields": {code: list(path) for code, path in mapping.fields.items()},
            }
            for mapping in profile.groups
        ],
        "codes": {name: dict(codes) for name, codes in profile.codes.items()},
    }
