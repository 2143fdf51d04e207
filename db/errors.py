"""Errors that a person may meet. Each names a sentence of the message catalogue.

A floor raises the error with its facts; only the top floor turns it into words, so that a
sentence exists once per language (``error.<code>`` in ``yiyang_tui/words``).
"""

from typing import ClassVar


class YiyangError(Exception):
    """Something went wrong that a person can understand and act on.

    ``code`` names the sentence, ``facts`` fill its blanks. Facts never hold a secret or the name
    of a person cared for: they may be printed and logged.
    """

    code: ClassVar[str] = "unknown"
    exit_code: ClassVar[int] = 1

    def __init__(self, **facts: str | int) -> None:
        super().__init__(self.code)
        self.facts = facts


class WrongPassphrase(YiyangError):
    """No key slot opens with this staff number and passphrase."""

    code = "wrong_passphrase"
    exit_code = 3


class VaultMissing(YiyangError):
    """There is no record at the given path yet. Facts: path."""

    code = "vault_missing"
    exit_code = 4


class VaultExists(YiyangError):
    """A record is already kept at the path where a new one was asked for. Facts: path."""

    code = "vault_exists"
    exit_code = 4


class VaultDamaged(YiyangError):
    """The file, or its key envelope, does not read as what was written. Facts: path."""

    code = "vault_damaged"
    exit_code = 5


class LogDamaged(VaultDamaged):
    """The log beside the file is broken before its end: to open the record would lose acts. Facts: path, acts."""

    code = "log_damaged"


class NothingReads(VaultDamaged):
    """Not one page of the file is under the key of its envelope: another record, or all of it is gone. Facts: path."""

    code = "nothing_reads"


class KeysDamaged(VaultDamaged):
    """The key envelope beside the file does not read; the record itself is not touched by that. Facts: path."""

    code = "keys_damaged"


class VaultBusy(YiyangError):
    """Another program holds the file; the act was rolled back whole and can be tried again. Facts: path."""

    code = "vault_busy"
    exit_code = 5


class KeyChanged(YiyangError):
    """Somebody changed the key of the record while it was open here: it is to be opened anew. Facts: path."""

    code = "key_changed"
    exit_code = 5


class VaultUnwritable(YiyangError):
    """The system does not let us open or write the file: rights, or a write-protected disk. Facts: path."""

    code = "vault_unwritable"
    exit_code = 5


class CipherMissing(YiyangError):
    """The encryption library is absent or is stock SQLite; nothing is written in the clear."""

    code = "cipher_missing"
    exit_code = 6


class DiskFull(YiyangError):
    """The disk took no more; the act was rolled back whole."""

    code = "disk_full"
    exit_code = 7


class DiskFailed(YiyangError):
    """The disk reported an error, a quota among them; the act was rolled back whole. Facts: path."""

    code = "disk_failed"
    exit_code = 7


class ClockImplausible(YiyangError):
    """The machine's clock cannot be right. Facts: shown (local date and time), earliest."""

    code = "clock_implausible"
    exit_code = 8


class SchemaTooNew(YiyangError):
    """The file was written by a newer program. Facts: found, known."""

    code = "schema_too_new"
    exit_code = 9


class PassphraseTooShort(YiyangError):
    """A passphrase of fewer characters than the rule asks for. Facts: least."""

    code = "passphrase_too_short"
    exit_code = 2


class Refused(YiyangError):
    """An act that a rule does not allow. Facts: rule (a code with its own sentence) and more.

    The sentence is ``refused.<rule>`` in the catalogue.
    """

    code = "refused"
    exit_code = 2

    def __init__(self, rule: str, **facts: str | int) -> None:
        super().__init__(rule=rule, **facts)
        self.rule = rule
