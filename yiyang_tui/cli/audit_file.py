"""The audit trail as a file: CSV that a spreadsheet opens, or a JSON document a line; written as it is read."""

import csv
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final
from uuid import UUID

if TYPE_CHECKING:
    from care.trail import Line
    from yiyang_tui.cli.audit_reader import Reader

_FILE: Final = ("at", "suspect", "who", "second", "laptop", "what", "act", "person", "table", "row", "fields", "facts")


def said(reader: "Reader", line: "Line") -> dict[str, Any]:
    """As a job reads it."""
    from care.trail import words_of
    from yiyang_tui.words import language

    return {
        "at": line.at,
        "suspect": line.suspect,
        "who": "" if line.staff_id is None else reader.who(line.staff_id),
        "second": "" if line.second_id is None else reader.who(line.second_id),
        "laptop": reader.laptop(line.device),
        "what": line.what,
        "act": words_of(line.what, language()),
        "person": reader.pseudonym(line.about),
        "table": line.table,
        "row": line.row.hex,
        "fields": list(line.fields),
        "facts": line.facts,
    }


def write(reader: "Reader", target: Path, names: dict[UUID, str]) -> int:
    """Write the file line by line; how many. A file that could not be finished is not left behind."""
    count = 0
    with _file(target) as file:
        put = _as_lines(file) if target.suffix == ".jsonl" else _as_table(file, named=bool(names))
        for line in reader.lines():
            row = said(reader, line)
            if names:
                row["name"] = names.get(line.about, "") if line.about else ""
            put(row)
            count += 1
    return count


def _as_lines(file: IO[str]) -> Callable[[dict[str, Any]], object]:
    return lambda row: file.write(json.dumps(row, ensure_ascii=False, sort_keys=True) + "\n")


def _as_table(file: IO[str], *, named: bool) -> Callable[[dict[str, Any]], object]:
    from care.exports.files import safe
    from yiyang_tui.cli.show import moment

    columns = (*_FILE, *(["name"] if named else []))
    file.write("\ufeff")  # so that Excel reads it as UTF-8
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(columns)

    def put(row: dict[str, Any]) -> None:
        flat = row | {
            "at": moment(row["at"]),
            "suspect": int(row["suspect"]),
            "fields": " ".join(row["fields"]),
            "facts": " ".join(f"{name}={value}" for name, value in sorted(row["facts"].items())),
        }
        writer.writerow([safe(flat[name]) for name in columns])

    return put


@contextmanager
def _file(target: Path) -> Iterator[IO[str]]:
    """A new file for its owner's eyes, on the disk when the block has ended. Raises ``DiskFull``, ``NotAllowed``."""
    from db.disk import disk_errors
    from yiyang_tui.leaving import FileThere

    try:
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise FileThere(path=str(target)) from None
    try:
        with disk_errors(target), TextIOWrapper(os.fdopen(handle, "wb"), encoding="utf-8", newline="") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        target.unlink(missing_ok=True)
        raise
