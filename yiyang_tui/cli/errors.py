"""Errors of the command line that a person may meet."""

from typing import ClassVar

from db.errors import YiyangError


class NotAllowed(YiyangError):
    """The system does not let this user read or write there. Facts: path."""

    code: ClassVar[str] = "not_allowed"
    exit_code: ClassVar[int] = 10


class NobodyToAsk(YiyangError):
    """A question would be needed and there is no terminal. Facts: option, the one that answers it."""

    code: ClassVar[str] = "nobody_to_ask"
    exit_code: ClassVar[int] = 2


class SecretFileUnreadable(YiyangError):
    """The file that should hold a passphrase, PIN or code does not read, or is empty. Facts: path."""

    code: ClassVar[str] = "secret_file_unreadable"
    exit_code: ClassVar[int] = 2


class AnswersDiffer(YiyangError):
    """What had to be typed twice was not the same."""

    code: ClassVar[str] = "answers_differ"
    exit_code: ClassVar[int] = 2


class CountyExtraMissing(YiyangError):
    """The county's part of the program is not installed. Facts: module."""

    code: ClassVar[str] = "county_extra_missing"
    exit_code: ClassVar[int] = 6


class DemoFolderUsed(YiyangError):
    """The folder given to the demo already holds something. Facts: path."""

    code: ClassVar[str] = "demo_folder_used"
    exit_code: ClassVar[int] = 4


class AddressTaken(YiyangError):
    """The county cannot listen there: another program does, or the machine has no such address. Facts: host, port."""

    code: ClassVar[str] = "address_taken"
    exit_code: ClassVar[int] = 43


class DemoCountySilent(YiyangError):
    """The demo's county did not begin to answer. Facts: log."""

    code: ClassVar[str] = "demo_county_silent"
    exit_code: ClassVar[int] = 32


class OptionNotThere(YiyangError):
    """An option of a group was put before a command of it that has no such option. Facts: option, command."""

    code: ClassVar[str] = "option_not_there"
    exit_code: ClassVar[int] = 2


class LaptopNameWrong(YiyangError):
    """A name nobody could read off a screen or type again. Facts: most."""

    code: ClassVar[str] = "laptop_name_wrong"
    exit_code: ClassVar[int] = 2


class OptionsClash(YiyangError):
    """Exactly one of several options is needed. Facts: options."""

    code: ClassVar[str] = "options_clash"
    exit_code: ClassVar[int] = 2
