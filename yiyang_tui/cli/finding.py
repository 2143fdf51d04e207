"""What a check of ``yiyang doctor`` found."""

from dataclasses import dataclass, field
from typing import Literal

Level = Literal["good", "attention", "bad"]
Area = Literal["program", "record", "clock", "county", "disk", "terminal", "deep"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: the sentence is ``cli.doctor.<code>``, its blanks are ``facts``. Nothing personal is in them."""

    area: Area
    level: Level
    code: str
    facts: dict[str, str | int] = field(default_factory=dict)
