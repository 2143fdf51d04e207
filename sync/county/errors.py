"""What a county says no to, and what its own people may meet."""

from typing import ClassVar

from db.errors import YiyangError


class Denied(YiyangError):
    """A request that the county does not serve: ``code`` for the laptop, ``status`` for HTTP."""

    def __init__(self, code: str, status: int, **facts: str | int) -> None:
        super().__init__(**facts)
        self.reason = code
        self.status = status

    def __str__(self) -> str:
        return self.reason


class CountyMissing(YiyangError):
    """There is no county in the folder yet. Facts: path."""

    code: ClassVar[str] = "county_missing"
    exit_code: ClassVar[int] = 40


class CountyExists(YiyangError):
    """The folder holds a county already; its keys are never overwritten. Facts: path."""

    code: ClassVar[str] = "county_exists"
    exit_code: ClassVar[int] = 40


class CountyDamaged(YiyangError):
    """The settings or the keys of the county do not read. Facts: path."""

    code: ClassVar[str] = "county_damaged"
    exit_code: ClassVar[int] = 41


class CountyDatabase(YiyangError):
    """The county's database does not answer, or refused. Nothing that had a receipt is touched. Facts: kind."""

    code: ClassVar[str] = "county_database"
    exit_code: ClassVar[int] = 42


class PairNameWrong(YiyangError):
    """A pair's name is empty, or longer than ``most`` characters."""

    code: ClassVar[str] = "pair_name_wrong"
    exit_code: ClassVar[int] = 2


class CountyNameWrong(YiyangError):
    """A county's name is empty, has signs that do not print, or is longer than ``most`` characters."""

    code: ClassVar[str] = "county_name_wrong"
    exit_code: ClassVar[int] = 2
