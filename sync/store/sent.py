"""Where a profile says a value stands in a document: the same places that reading opens."""

from typing import Any

from sync.contract.profile import GroupMapping, Profile
from sync.contract.record import record_groups
from sync.store.reading import ROW_OFFSET


def sent_path(profile: Profile, group: str, row_no: int, field: str) -> tuple[str, ...] | None:
    """The path of one value; None where this product does not send the field."""
    mappings = [each for each in profile.groups if each.group == group]
    number, place = divmod(row_no, ROW_OFFSET)
    if number >= len(mappings) or field not in mappings[number].fields:
        return None
    mapping = mappings[number]
    index = (str(place - 1),) if record_groups()[group].is_list else ()
    return (*mapping.path, *index, *mapping.fields[field])


def sent_rows(profile: Profile, doc: Any) -> dict[str, dict[int, dict[str, str]]]:  # noqa: ANN401 - JSON
    """Group → row → field → text, of one document; what is absent or no text is left out."""
    found: dict[str, dict[int, dict[str, str]]] = {}
    seen: dict[str, int] = {}
    for mapping in profile.groups:
        number = seen.get(mapping.group, 0)
        seen[mapping.group] = number + 1
        rows = found.setdefault(mapping.group, {})
        for place, item in _items(mapping, _at(doc, mapping.path)):
            said = {code: _text(_at(item, path)) for code, path in mapping.fields.items()}
            rows[number * ROW_OFFSET + place] = {
                code: value for code, value in said.items() if value is not None
            }
    return found


def _items(mapping: GroupMapping, part: Any) -> list[tuple[int, Any]]:  # noqa: ANN401 - JSON
    if record_groups()[mapping.group].is_list:
        return list(enumerate(part, start=1)) if isinstance(part, list) else []
    return [(1, part)] if isinstance(part, dict) else []


def _at(part: Any, path: tuple[str, ...]) -> Any:  # noqa: ANN401 - JSON
    for key in path:
        part = part.get(key) if isinstance(part, dict) else None
    return part


def _text(value: Any) -> str | None:  # noqa: ANN401 - JSON
    """As `#>>` prints it."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if isinstance(value, dict | list) else str(value)
