"""What is wrong with single documents and with suites, and what must never land."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

from sync.contract.profile import Profile
from sync.demo.people import one
from sync.sources.profiles import load_profile
from tests.e2e.land import Place
from tests.e2e.planted import Sower


def spoil(place: Place) -> None:
    """What a document can be besides wrong: not JSON, malformed, repeated, with a NUL."""
    word = place.sower.word
    name = b'"ho_ten":"'
    place.raw = {
        4: lambda raw: raw.replace(name, name + word().encode() + b"\\u0000"),
        8: lambda raw: raw.replace(b'"qua_trinh_cong_tac":[', b'"qua_trinh_cong_tac":["x",'),
        12: lambda raw: raw.replace(b'"so_ho_so":"', b'"so_ho_so_cu":"' + word().encode()),
        16: lambda raw: raw.replace(name, name + word().encode() + b'","ho_ten":"'),
        20: lambda raw: b'{"%b":"%b",' % (word().encode(), word().encode()) + raw[1:],
    }
    place.repeated = (24, 28)


def claim(one_unit: Place, other: Place) -> None:
    """The same person, in two units."""
    key = one(other.people[52], "person")["so_hieu_bndp"]
    other.people[52] = deepcopy(one_unit.people[52])
    one(other.people[52], "person")["so_hieu_bndp"] = key


def share_codes(place: Place) -> None:
    """The same unknown code in three records: only one that could be nobody may be quoted."""
    number, name = place.sower.digits(12), place.sower.word()
    for position in (36, 40, 44):
        one(place.people[position], "recruitment")["vi_tri_tuyen_dung"] = number
        one(place.people[position], "person")["thanh_phan_xuat_than"] = name


def add_secrets(place: Place, secret: Sower) -> None:
    """Fields that must not land, in the first and the fifth document."""
    profile = load_profile(place.profile_name)
    if profile.connector == "files":
        key = one(place.people[0], "person")["so_hieu_bndp"]
        place.files = {
            f"{path[0]}.csv": f"SO_HS,NOI_DUNG\n{key},{secret.word()}\n"
            for path in profile.secret
        }
        return
    for position in (0, 4):
        place.edits[position] = lambda tree: _plant_secrets(tree, profile, secret)


def _plant_secrets(tree: dict[str, Any], profile: Profile, secret: Sower) -> None:
    for path in profile.secret:
        holder = tree
        for step in path[:-1]:
            holder = holder.setdefault(step, {})
        holder[path[-1]] = {"noi_dung": secret.word(), secret.word(): [secret.digits(12)]}


def change_a_suite(home: Path, suites: Path) -> Path:
    """A rule that now minds everybody's name."""
    changed = _with_regex(suites / "servant.json", "^nobody$")
    path = home / "servant.json"
    path.write_text(changed, encoding="utf-8")
    return path


def break_a_suite(suites: Path) -> None:
    """A rule that the database refuses while it looks at people."""
    path = suites / "servant.json"
    path.write_text(_with_regex(path, "(("), encoding="utf-8")


def _with_regex(path: Path, regex: str) -> str:
    suite = json.loads(path.read_text(encoding="utf-8"))
    names = [e for e in suite["expectations"] if e["kwargs"].get("column") == "ho_va_ten"]
    chosen = next(e for e in names if e["type"] == "expect_column_values_to_match_regex")
    chosen["kwargs"]["regex"] = regex
    return json.dumps(suite)
