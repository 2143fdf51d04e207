"""Words of the data files, in both languages."""

from typing import NamedTuple

from care.codes import Lang


class Words(NamedTuple):
    """A word or a line of a data file."""

    zh: str
    en: str

    def of(self, lang: Lang) -> str:
        """In that language."""
        return self.en if lang == "en" else self.zh
