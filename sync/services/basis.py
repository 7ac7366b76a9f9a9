"""The basis of a check: everything that decides what the same documents say.

Reading depends on the contract and on where a profile says values are. Rules, code lists and
mappings change a few documents each: `sync.services.changes` queues those.
"""

import json
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
    """`reading`: under what documents become typed rows. `full`: what a check speaks of."""

    reading: str
    full: str


@dataclass(frozen=True, slots=True)
class Bases:
    """What all profiles of one wave have in common."""

    suites: Suites
    code_lists_sha256: str

    def of(self, profile: Profile, as_of: date) -> Basis:
        """The basis for documents of one profile on one day."""
        reading = _sha256(places_sha256(profile), contract_sha256())
        parts = (profile.sha256, self.code_lists_sha256, self.suites.sha256)
        return Basis(reading, _sha256(reading, *parts, as_of.isoformat()))

    def cross_rules(self) -> list[str]:
        """Rules whose findings another record can change."""
        return [rule.code for rule in self.suites.rules if rule.cross_record]


def _sha256(*parts: str) -> str:
    return sha256("\n".join(parts).encode()).hexdigest()


def places_sha256(profile: Profile) -> str:
    """Where a profile says values are and how they are written; not which code means which."""
    content = profile_content(profile)
    del content["codes"], content["title"]
    return _sha256(json.dumps(content, sort_keys=True))


def current_bases(conn: Connection) -> Bases:
    """The bases as suites and code lists stand now."""
    return Bases(current_suites(), registry.code_lists_sha256(conn))


def current_suites() -> Suites:
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
    return bases.of(profile_of(conn, snapshot), snapshot.as_of)


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
