"""Reading the file of a kind strictly: what it may not say is an error of the file, found by a test."""

from collections.abc import Mapping
from typing import Any

from care.codes import codes
from care.data import table
from care.events.shape import CHOSEN, TYPES, Choice, Field, Follow, Kind, When
from care.words import Words

_KIND_KEYS = frozenset(
    [
        "id",
        "version",
        "zh",
        "en",
        "group",
        "of",
        "fields",
        "field",
        "opens",
        "open_days",
        "case",
        "closes",
        "alone",
        "follows",
        "then",
        "urgent",
        "right",
        "second",
        "many",
        "quick",
        "form",
        "listed",
        "does",
        "order",
        "source",
    ]
)
_FIELD_KEYS = frozenset(
    [
        "zh",
        "en",
        "type",
        "required",
        "choices",
        "lo",
        "hi",
        "unit",
        "unit_en",
        "default",
        "when",
        "ahead",
        "hours",
        "brief",
        "longest",
        "codes",
        "source",
    ]
)
_THEN_KEYS = frozenset(["by", "zh", "en", "field", "at_field", "within_min", "every_min", "waits_for", "when"])
_LONGEST = {"text": 100, "words": 500}
_BOUNDS = {"int": (0, 9999), "tenths": (0, 99999), "money": (0, 1_000_000_00)}


def read_kind(name: str, row: Mapping[str, Any]) -> Kind:
    """A kind from what its file says. Raises ``ValueError`` for anything the file may not say."""
    _only(row, _KIND_KEYS, name)
    if row["id"] != name or row["group"] not in table("event_groups")["group"]:
        raise ValueError(f"{name}: id or group")
    if row["of"] not in ("person", "house"):
        raise ValueError(f"{name}: of")
    own = row.get("field", {})
    shared = table("event_fields")["field"]
    fields = tuple(_field(name, id, own[id] if id in own else shared[id]) for id in row.get("fields", ()))
    by_id = {one.id: one for one in fields}
    if len(by_id) < len(fields) or not own.keys() <= by_id.keys():
        raise ValueError(f"{name}: a field twice, or one that is not asked")
    for one in fields:
        _known_when(name, one.when, by_id)
    urgent = row.get("urgent", False)
    then = tuple(_follow(name, one, by_id) for one in row.get("then", ()))
    if row.get("closes") and not row.get("follows"):
        raise ValueError(f"{name}: closes nothing")
    if row.get("does") and (row.get("follows") or row.get("many") or row["of"] != "person"):
        raise ValueError(f"{name}: does something to one person, and follows nothing")
    return Kind(
        id=name,
        version=str(row["version"]),
        words=Words(row["zh"], row["en"]),
        group=row["group"],
        of=row["of"],
        fields=fields,
        opens=bool(row.get("opens", row.get("case", False))),
        open_days=int(row.get("open_days", 0)),
        case=bool(row.get("case", False)),
        closes=bool(row.get("closes", False)),
        alone=bool(row.get("alone", not row.get("follows"))),
        follows=tuple(row.get("follows", ())),
        then=then,
        urgent=urgent if isinstance(urgent, bool) else _known_when(name, _when(urgent), by_id),
        right=row.get("right", "event.record"),
        second=bool(row.get("second", False)),
        many=bool(row.get("many", False)),
        quick=int(row.get("quick", 0)),
        form=bool(row.get("form", True)),
        listed=bool(row.get("listed", True)),
        does=row.get("does", ""),
        order=int(row.get("order", 50)),
    )


def _field(name: str, id: str, row: Mapping[str, Any]) -> Field:
    _only(row, _FIELD_KEYS, f"{name}.{id}")
    type = row["type"]
    if type not in TYPES:
        raise ValueError(f"{name}.{id}: type {type}")
    choices = _choices(type, row)
    if (type in CHOSEN) != bool(choices):
        raise ValueError(f"{name}.{id}: choices")
    lo, hi = _BOUNDS.get(type, (0, 0))
    return Field(
        id=id,
        words=Words(row["zh"], row["en"]),
        type=type,
        required=bool(row.get("required", False)),
        choices=choices,
        lo=int(row.get("lo", lo)),
        hi=int(row.get("hi", hi)),
        unit=Words(row.get("unit", ""), row.get("unit_en", row.get("unit", ""))),
        default=row.get("default"),
        when=_when(row.get("when", {})),
        hours=tuple((since, code) for since, code in row.get("hours", ())),
        ahead=bool(row.get("ahead", False)),
        brief=bool(row.get("brief", False)),
        longest=int(row.get("longest", _LONGEST.get(type, 0))),
    )


def _choices(type: str, row: Mapping[str, Any]) -> tuple[Choice, ...]:
    if type == "body":
        return tuple(
            Choice(one["code"], Words(one["zh"], one["en"]), bool(one.get("sides", False)))
            for one in table("body_parts")["part"]
        )
    if "codes" in row:
        return tuple(Choice(one.code, Words(one.zh, one.en)) for one in codes(row["codes"]).values)
    return tuple(Choice(code, Words(zh, en)) for code, zh, en in row.get("choices", ()))


def _follow(name: str, row: Mapping[str, Any], fields: Mapping[str, Field]) -> Follow:
    _only(row, _THEN_KEYS, f"{name}.then")
    found = Follow(
        by=row["by"],
        words=Words(row["zh"], row["en"]),
        field=row.get("field", ""),
        at_field=row.get("at_field", ""),
        within_min=int(row.get("within_min", 0)),
        every_min=int(row.get("every_min", 0)),
        waits_for=row.get("waits_for", ""),
        when=_known_when(name, _when(row.get("when", {})), fields),
    )
    times = [bool(one) for one in (found.within_min, found.every_min, found.at_field)]
    if sum(times) != 1 or any(one and one not in fields for one in (found.field, found.at_field)):
        raise ValueError(f"{name}.then: {found.by}")
    return found


def _when(row: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    return {field: tuple(str(one) for one in values) for field, values in row.items()}


def _known_when(name: str, when: When, fields: Mapping[str, Field]) -> When:
    """The condition, of fields and values that there are."""
    for field, values in when.items():
        of = fields.get(field)
        there = (
            {"yes", "no"} if of is not None and of.type == "yes" else {one.code for one in of.choices} if of else set()
        )
        if not set(values) <= there:
            raise ValueError(f"{name}: when {field}")
    return when


def _only(row: Mapping[str, Any], allowed: frozenset[str], where: str) -> None:
    if unknown := row.keys() - allowed:
        raise ValueError(f"{where}: {', '.join(sorted(unknown))}")
