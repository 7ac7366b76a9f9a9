"""Every way we can be told about people, behind one face for the contract suite."""

import csv
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import openpyxl

from sync.contract.profile import GroupMapping, Profile
from sync.model.source import Connector, Source
from sync.sources.connect import open_connector
from sync.sources.profiles import load_profile
from tests.sources import servers

Row = dict[str, object]


@dataclass
class Vendor:
    """A vendor's product; `open` serves documents and gives the connector for them."""

    name: str
    profile: Profile
    secret: str | None
    talk: Callable[[list[bytes], object], servers.Talk]
    page_size: int = 2
    options: dict[str, object] = field(default_factory=dict)

    def document(self, key: object, **more: object) -> bytes:
        """One person with this key; `name`, `hidden` and `volatile` may be said too."""
        tree: Row = {}
        if key is not None:
            put(tree, self.profile.key_path, key)
        person = next(m for m in self.profile.groups if m.group == "person")
        put(tree, person.path + person.fields["ho_va_ten"], more.get("name", "Lò Thị Ê"))
        if "hidden" in more:
            put(tree, self.profile.secret[0], more["hidden"])
        if "volatile" in more:
            put(tree, self.profile.volatile[0], more["volatile"])
        return json.dumps(tree, ensure_ascii=False).encode()

    @contextmanager
    def serve(
        self, documents: list[bytes], total: object, *, secret: str | None = None
    ) -> Iterator[Connector]:
        with servers.serving(self.talk(documents, total)) as server:
            connector = self.connect(server.address, secret or self.secret)
            try:
                yield connector
            finally:
                connector.close()

    def connect(self, address: str, secret: str | None, **options: object) -> Connector:
        options = {"page_size": self.page_size, **self.options, **options}
        source = Source("S1", "G01", self.profile.connector, self.name, address, "s", options)
        return open_connector(source, self.profile, secret, timeout_s=2, attempts=2)


@dataclass
class FolderVendor(Vendor):
    """The vendor who leaves files."""

    folder: Path = Path()
    kind: str = "csv"

    @contextmanager
    def serve(
        self, documents: list[bytes], total: object, *, secret: str | None = None
    ) -> Iterator[Connector]:
        rows = [json.loads(raw).get("person", {}) for raw in documents]
        names = list(dict.fromkeys(["SO_HS", *(name for row in rows for name in row)]))
        table = [names, *([str(row.get(name, "")) for name in names] for row in rows)]
        write_table(self.folder / f"person.{self.kind}", table)
        secret_rows = [json.loads(raw).get("history") for raw in documents]
        if any(secret_rows):
            keys = [[row["SO_HS"], "secret"] for row in rows]
            write_table(self.folder / f"history.{self.kind}", [["SO_HS", "LICH_SU"], *keys])
        (self.folder / "manifest.json").write_text(json.dumps({"total": total}))
        yield self.connect(str(self.folder), None)


def write_table(path: Path, rows: list[list[str]], encoding: str = "utf-8") -> None:
    if path.suffix == ".xlsx":
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        book.save(path)
        return
    with path.open("w", encoding=encoding, newline="") as lines:
        csv.writer(lines).writerows(rows)


def put(tree: Row, path: tuple[str, ...], value: object) -> None:
    for step in path[:-1]:
        tree = tree.setdefault(step, {})  # type: ignore[assignment]  # always an object on a path
    tree[path[-1]] = value


def flat_profile(paging: str, auth: str, records: tuple[str, ...]) -> Profile:
    """A vendor of no fame, for the ways of paging that no shipped profile uses."""
    return Profile(
        name=f"flat_{paging}",
        title="flat",
        connector="rest_page",
        records_path=records,
        total_path=("n",) if records else (),
        key_path=("id",),
        groups=(GroupMapping("person", (), {"so_hieu_bndp": ("id",), "ho_va_ten": ("ten",)}),),
        volatile=(("luc",),),
        secret=(("kin",),),
        options={"path": "/people", "paging": paging, "auth": auth},
    )


def all_vendors(folder: Path) -> dict[str, Vendor]:
    profiles = {n: load_profile(n) for n in ("hrm_trang", "hrm_con_tro", "thong_diep_bnv")}
    files = load_profile("thu_muc")
    vendors = [
        Vendor("hrm_trang", profiles["hrm_trang"], "K", servers.numbered),
        Vendor("hrm_con_tro", profiles["hrm_con_tro"], "id:word", servers.by_cursor),
        Vendor("thong_diep_bnv", profiles["thong_diep_bnv"], "K", servers.by_message),
        Vendor(
            "offset", flat_profile("offset", "basic", ("rows",)), "u:ppp", servers.by_offset
        ),
        Vendor(
            "link",
            flat_profile("link", "api_key", ()),
            "K",
            lambda documents, _: servers.by_link(documents),
        ),
    ]
    folders = [
        FolderVendor(name, files, None, servers.numbered, folder=folder, kind=kind)
        for name, kind in (("thu_muc_csv", "csv"), ("thu_muc_xlsx", "xlsx"))
    ]
    return {vendor.name: vendor for vendor in [*vendors, *folders]}
