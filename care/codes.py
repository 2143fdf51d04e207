"""Code lists: what a stored code means, in Chinese and English (``care/data/codes``)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from care.data import table

Lang = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Code:
    """One value of a list. ``code`` is what the record keeps."""

    code: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class CodeList:
    """One list. ``certainty``: A read in a source, B from knowledge, C to be confirmed by the county."""

    id: str
    name_zh: str
    name_en: str
    certainty: str
    values: tuple[Code, ...]

    def get(self, code: str) -> Code | None:
        """The value with this code, or ``None``."""
        return next((value for value in self.values if value.code == code), None)


@cache
def codes(name: str) -> CodeList:
    """The list ``name``, in its own order; ``home_extras`` of a list stand at its end. KeyError when there is none."""
    data = table(f"codes/{name}")
    values = [*data["values"], *data.get("home_extras", ())]
    return CodeList(
        id=data["id"],
        name_zh=data["name_zh"],
        name_en=data["name_en"],
        certainty=data["certainty"],
        values=tuple(Code(value["code"], value["zh"], value["en"]) for value in values),
    )


def label(list_name: str, code: str, lang: Lang) -> str:
    """The word for a code. A code that the list lacks, from a newer program say, is shown as it is."""
    value = codes(list_name).get(code)
    if value is None:
        return code
    return value.zh if lang == "zh" else value.en


def short(list_name: str, code: str, lang: Lang) -> str:
    """The word for a narrow place (全护, 特困), from ``short.toml``; the full label where none is set."""
    return _short(list_name, code).get(lang) or label(list_name, code, lang)


def mark(list_name: str, code: str, lang: Lang) -> str:
    """The word of one character for a map of beds (全, F); the short word where none is set."""
    return _short(list_name, code).get(f"mark_{lang}") or short(list_name, code, lang)


def _short(list_name: str, code: str) -> Mapping[str, Any]:
    words: Mapping[str, Any] = table("short").get(list_name, {}).get(code, {})
    return words
