"""What is inside a downtime pack: pages of tables and lines, as data.

A browser and a terminal make what they can of it; neither is given markup, so that nothing that somebody typed can
become a part of a page.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal, get_args

Kind = Literal["", "small", "strong", "large", "warning", "box", "space"]
"""How a line is set: in a frame for a ``warning``, in a square to tick for a ``box``; a ``space`` is to write on."""
Look = Literal["people", "grid", "plain", "blank"]

_KINDS: Final = get_args(Kind)
_LOOKS: Final = get_args(Look)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text. As JSON: ``[kind, text]``."""

    text: str
    kind: Kind = ""


Cell = tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines one below the other."""

    lines: tuple[Line, ...]
    heading: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table; its columns are named on every sheet of paper that it takes, under the head of the page."""

    look: Look
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    heading: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """What begins on a new sheet of paper. ``head`` stands on each sheet of a table."""

    title: str
    head: str
    blocks: tuple[Lines | Table, ...]


@dataclass(frozen=True, slots=True)
class Pack:
    """The whole of it."""

    lang: str
    pages: tuple[Page, ...]


def cell(*texts: str, kind: Kind = "") -> Cell:
    """A cell of one or more lines; empty ones are left out."""
    return tuple(Line(text, kind) for text in texts if text)


def to_json(pack: Pack) -> bytes:
    """As it is sealed."""
    pages = [{"title": one.title, "head": one.head, "blocks": [*map(_block, one.blocks)]} for one in pack.pages]
    return json.dumps({"lang": pack.lang, "pages": pages}, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def from_json(said: Mapping[str, Any]) -> Pack:
    """What was sealed. Raises ``ValueError`` for what is no such document."""
    try:
        pages = tuple(
            Page(str(one["title"]), str(one["head"]), tuple(_read_block(block) for block in one["blocks"]))
            for one in said["pages"]
        )
        return Pack(str(said["lang"]), pages)
    except (TypeError, KeyError, IndexError, AttributeError) as error:
        raise ValueError("no pack") from error


def _block(block: Lines | Table) -> Mapping[str, Any]:
    if isinstance(block, Lines):
        return {"heading": block.heading, "lines": _lines(block.lines)}
    rows = [[_lines(each) for each in row] for row in block.rows]
    return {"heading": block.heading, "table": block.look, "columns": list(block.columns), "rows": rows}


def _lines(lines: Cell) -> list[list[str]]:
    return [[line["kind"], line["text"]] for line in map(asdict, lines)]


def _read_block(said: Mapping[str, Any]) -> Lines | Table:
    heading = str(said["heading"])
    if "table" not in said:
        return Lines(_read_lines(said["lines"]), heading)
    look: Look = said["table"] if said["table"] in _LOOKS else "plain"
    columns = tuple(str(name) for name in said["columns"])
    rows = tuple(tuple(_read_lines(each) for each in row) for row in said["rows"])
    if any(len(row) != len(columns) for row in rows):
        raise ValueError("a row of another width")
    return Table(look, columns, rows, heading)


def _read_lines(said: Any) -> Cell:
    return tuple(Line(str(text), kind if kind in _KINDS else "") for kind, text in said)
