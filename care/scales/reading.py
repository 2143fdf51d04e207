"""A scale file as it lies in a folder, read into a ``Scale``. ``docs/scales.md`` says how one is written."""

import tomllib
from collections.abc import Iterable, Mapping
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from care.scales import conditions
from care.scales.model import (
    Adjustment,
    Band,
    Crossing,
    Cutoffs,
    Group,
    Item,
    Known,
    Need,
    Option,
    PartOf,
    Rule,
    Scale,
    Trigger,
)
from care.words import Words

Row = Mapping[str, Any]


def scales_in(folder: Path | Traversable) -> tuple[Scale, ...]:
    """Every scale of a folder, by its id."""
    files = (file for file in folder.iterdir() if file.name.endswith(".toml"))
    found = [read_scale(tomllib.loads(file.read_text(encoding="utf-8"))) for file in files]
    return tuple(sorted(found, key=lambda one: one.id))


def read_scale(data: Row) -> Scale:
    """The scale that a file says. Raises ``KeyError`` for one that leaves out what every scale must have."""
    lists = {name: _options(rows) for name, rows in data.get("lists", {}).items()}
    return Scale(
        id=data["id"],
        version=data["version"],
        name=_words(data),
        short=Words(data.get("short_zh", data["zh"]), data.get("short_en", data["en"])),
        standard=data["standard"],
        direction=data["direction"],
        certainty=data["certainty"],
        source=data["source"],
        least=data["least"],
        most=data["most"],
        summed=data.get("summed", True),
        items=tuple(_item(row, lists) for row in data["items"]),
        groups=tuple(Group(row["code"], _words(row)) for row in data.get("groups", ())),
        needs=tuple(_need(row) for row in data.get("facts", ())),
        settings=tuple((row["id"], row["value"]) for row in data.get("settings", ())),
        parts=tuple(_part(row) for row in data.get("parts", ())),
        grades=_bands(data.get("grades", ())),
        cutoffs=tuple(_cutoffs(row) for row in data.get("cutoffs", ())),
        crossing=_crossing(data["crossing"]) if "crossing" in data else None,
        adjustments=tuple(
            Adjustment(row["code"], _words(row), conditions.read(row["when"]), row.get("to", ""))
            for row in data.get("adjustments", ())
        ),
        triggers=tuple(
            Trigger(row["code"], _words(row), conditions.read(row["when"])) for row in data.get("triggers", ())
        ),
        notes=tuple(_words(row) for row in data.get("notes", ())),
        timeframe=_words(data["timeframe"]) if "timeframe" in data else None,
        licence_note=_words(data["licence"]) if "licence" in data else None,
        loinc=data.get("loinc", ""),
        assessors=data.get("assessors", 1),
        hidden=data.get("hidden", False),
    )


def _item(row: Row, lists: Mapping[str, tuple[Option, ...]]) -> Item:
    given = row.get("options", ())
    options = lists[given] if isinstance(given, str) else _options(given)
    number = not options
    known = row.get("known")
    return Item(
        id=row["id"],
        words=_words(row),
        kind="number" if number else "choice",
        options=options,
        lo=row["lo"] if number else 0,
        hi=row["hi"] if number else len(options) - 1,
        group=row.get("group", ""),
        unit=row.get("unit", ""),
        when=conditions.read(row.get("when", ())),
        bands=tuple((band["lo"], band["hi"], band["score"]) for band in row.get("bands", ())),
        known=None if known is None else Known(known["fact"], tuple(known["steps"])),
        note=_words(row["note"]) if "note" in row else None,
        certainty=row.get("certainty", ""),
    )


def _need(row: Row) -> Need:
    return Need(
        id=row["id"],
        words=_words(row),
        kind=row["kind"],
        choices=tuple((one["code"], _words(one)) for one in row.get("choices", ())),
        lo=row.get("lo", 0),
        hi=row.get("hi", 0),
        unit=row.get("unit", ""),
        required=row.get("required", False),
        source=row.get("from"),
    )


def _part(row: Row) -> PartOf:
    return PartOf(
        row["code"],
        _words(row),
        tuple(row["items"]),
        tuple(row.get("reverse", ())),
        _bands(row.get("bands", ())),
        tuple(Rule(rule["grade"], conditions.read(rule.get("when", ()))) for rule in row.get("rules", ())),
    )


def _cutoffs(row: Row) -> Cutoffs:
    return Cutoffs(
        _bands(row["bands"]),
        conditions.read(row.get("when", ())),
        _words(row) if "zh" in row else None,
        row.get("certainty", ""),
    )


def _crossing(row: Row) -> Crossing:
    cells = {name: tuple(codes) for name, codes in row["rows"].items()}
    settings, certainty = row.get("settings", {}), row.get("certainty", {})
    return Crossing(row["row"], tuple(row["column"]), tuple(row["columns"]), cells, settings, certainty)


def _bands(rows: Iterable[Row]) -> tuple[Band, ...]:
    return tuple(Band(row["code"], _words(row), row.get("from"), row.get("level", 0)) for row in rows)


def _options(rows: Iterable[Row]) -> tuple[Option, ...]:
    return tuple(Option(row["score"], _words(row)) for row in rows)


def _words(row: Row) -> Words:
    return Words(row["zh"], row["en"])
