"""Where codes of a list stand: by the contract, and where a rule looks a field up in a list."""

from functools import lru_cache

from sync.checks.suites import Cause, Suites
from sync.contract.record import all_fields, record_groups
from sync.services.basis import current_suites
from sync.store.code_mappings import Places

IN_LIST = "expect_column_values_to_be_in_code_list"


def fields_of_lists() -> Places:
    """Code list -> (group, field) that speak it, in the order of the contract."""
    return _fields(current_suites().sha256)


def lists_of_fields() -> dict[str, str]:
    """Field -> its code list; fields of no list are left out."""
    return {
        field: code_list for code_list, found in fields_of_lists().items() for _, field in found
    }


def unknown_code_rules() -> frozenset[str]:
    """Rules that find codes which their list does not know: a unit's own, it may be."""
    return _unknown_code_rules(current_suites().sha256)


@lru_cache(maxsize=2)
def _unknown_code_rules(suites_sha256: str) -> frozenset[str]:
    return frozenset(
        expectation["meta"]["rule"]
        for content in current_suites().contents.values()
        for expectation in content["expectations"]
        if expectation["type"] == IN_LIST and expectation["meta"].get("cause") == Cause.CODE
    )


@lru_cache(maxsize=2)
def _fields(suites_sha256: str) -> Places:
    looked_up = _looked_up(current_suites())
    places: dict[str, list[tuple[str, str]]] = {}
    for field in all_fields():
        code_list = field.code_list or looked_up.get(field.code, "")
        is_read = field.group in record_groups() and not field.is_secret
        if code_list and is_read and field.kind == "code":
            places.setdefault(code_list, []).append((field.group, field.code))
    return places


def _looked_up(suites: Suites) -> dict[str, str]:
    return {
        expectation["meta"]["field"]: expectation["kwargs"]["list_name"]
        for content in suites.contents.values()
        for expectation in content["expectations"]
        if expectation["kwargs"].get("list_name")
    }
