"""Reading a catalogue that a county publishes: a CSV or TOML file, checked before anything of it is believed.

CSV: one row an item, the first line names the columns; one is the code, one the name, all others are facts.
TOML: ``name``, ``version`` and a list ``[[items]]`` of tables with ``code``, ``name`` and facts.
"""

import csv
import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from db.errors import YiyangError
from db.reserved import MARK

MAX_FILE = 16 << 20  # bytes
MAX_ITEMS = 50_000
MAX_CODE, MAX_NAME, MAX_FACTS = 80, 400, 8000  # characters; of the facts as JSON
CODES = ("code", "id", "key", "de_id", "编码", "代码", "编号")
NAMES = ("name", "zh", "名称")


class CatalogueUnreadable(YiyangError):
    """The file is no catalogue, or not a sound one. Facts: path, line (0: the whole file), reason (a code)."""

    code: ClassVar[str] = "catalogue_unreadable"
    exit_code: ClassVar[int] = 47


@dataclass(frozen=True, slots=True)
class Item:
    """One entry: its code, its name, whatever else is said of it (JSON object text, keys sorted)."""

    code: str
    name: str
    facts: str


@dataclass(frozen=True, slots=True)
class CatalogueFile:
    """A whole catalogue, codes without repetition."""

    name: str
    version: str
    items: tuple[Item, ...]


def read(path: Path, name: str | None = None, version: str | None = None) -> CatalogueFile:
    """The catalogue in ``path``; ``name`` and ``version`` where the file says none (else the file's name, and 1).

    Raises ``CatalogueUnreadable``.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_FILE + 1)
        if len(raw) > MAX_FILE:
            raise CatalogueUnreadable(path=str(path), line=0, reason="too_long")
        text = raw.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise CatalogueUnreadable(path=str(path), line=0, reason="unreadable") from error
    toml = path.suffix.lower() == ".toml"
    said = _toml(path, text) if toml else {}
    return CatalogueFile(
        _title(path, name or said.get("name") or path.stem),
        _title(path, version or said.get("version") or "1"),
        _items(path, enumerate(said["items"], 1) if toml else _csv(path, text)),
    )


def _toml(path: Path, text: str) -> dict[str, Any]:
    try:
        said = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise CatalogueUnreadable(path=str(path), line=0, reason="toml") from error
    if not isinstance(said.get("items"), list) or not all(isinstance(item, dict) for item in said["items"]):
        raise CatalogueUnreadable(path=str(path), line=0, reason="columns")
    return said


def _csv(path: Path, text: str) -> Iterable[tuple[int, Mapping[str, Any]]]:
    lines = csv.reader(text.splitlines(), strict=True)
    try:
        heads = [head.strip() for head in next(lines, [])]
        if len(set(heads)) != len(heads):
            raise CatalogueUnreadable(path=str(path), line=1, reason="columns")
        for cells in lines:
            if not any(cells):
                continue
            if len(cells) > len(heads):
                raise CatalogueUnreadable(path=str(path), line=lines.line_num, reason="cells")
            yield lines.line_num, dict(zip(heads, cells, strict=False))
    except csv.Error as error:
        raise CatalogueUnreadable(path=str(path), line=lines.line_num, reason="csv") from error


def _items(path: Path, rows: Iterable[tuple[int, Mapping[str, Any]]]) -> tuple[Item, ...]:
    found: dict[str, Item] = {}
    for line, row in rows:
        item = _item(path, line, row)
        if item.code in found:
            raise CatalogueUnreadable(path=str(path), line=line, reason="code_twice")
        found[item.code] = item
        if len(found) > MAX_ITEMS:
            raise CatalogueUnreadable(path=str(path), line=line, reason="too_many")
    if not found:
        raise CatalogueUnreadable(path=str(path), line=0, reason="empty")
    return tuple(found.values())


def _item(path: Path, line: int, row: Mapping[str, Any]) -> Item:
    code_column = next((name for name in CODES if name in row), None)
    name_column = next((name for name in NAMES if name in row), None)
    if code_column is None or name_column is None:
        raise CatalogueUnreadable(path=str(path), line=line, reason="columns")
    code, name = (_text(path, line, row[column]) for column in (code_column, name_column))
    facts = {
        key: _text(path, line, value)
        for key, value in row.items()
        if key not in (code_column, name_column) and value not in ("", None)
    }
    said = json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    if not 0 < len(code) <= MAX_CODE or not 0 < len(name) <= MAX_NAME or len(said) > MAX_FACTS:
        raise CatalogueUnreadable(path=str(path), line=line, reason="length")
    return Item(code, name, said)


def _text(path: Path, line: int, value: Any) -> str:
    if not isinstance(value, str | int | float | bool):
        raise CatalogueUnreadable(path=str(path), line=line, reason="value")
    text = str(value).strip()
    if not text.isprintable():
        raise CatalogueUnreadable(path=str(path), line=line, reason="value")
    return text


def _title(path: Path, said: object) -> str:
    title = str(said).strip()
    # What the program keeps for itself in such a list cannot be replaced by a file.
    if not 0 < len(title) <= MAX_CODE or not title.isprintable() or title.startswith(MARK):
        raise CatalogueUnreadable(path=str(path), line=0, reason="title")
    return title
