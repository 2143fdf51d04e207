"""``county import``: what laptops put on a stick is taken in, and the reply for them is put beside it."""

import time
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from db.errors import YiyangError
from sync.county import keys, sticks
from sync.county.database import open_engine, plain_errors
from sync.county.settings import Settings
from sync.county.sticks import StickTaken
from sync.sticks import stick


@dataclass(frozen=True, slots=True)
class FileTaken:
    """One file of the stick: what it brought, or why it was left alone."""

    file: Path
    taken: StickTaken | None = None
    error: YiyangError | None = None


@dataclass(frozen=True, slots=True)
class Imported:
    """All files of a stick, the replies written onto it, and why one could not be written, if so."""

    files: tuple[FileTaken, ...]
    replies: tuple[Path, ...]
    unwritten: YiyangError | None = None


def import_path(own: Settings, path: Path, now: int | None = None) -> Imported:
    """Take in the bundle at ``path``, or all of a folder; one that is no good stops no other.

    Raises ``BundleAbsent`` where there is none, ``CountyDatabase``. What was taken in stays so, reply or no reply.
    """
    at = int(time.time()) if now is None else now
    held = keys.load(own.folder)
    engine = open_engine(own.database_url)
    try:
        with plain_errors():
            files: list[FileTaken] = []
            pairs: dict[UUID, None] = {}
            for file in stick.bundles_at(path):
                try:
                    taken = sticks.take_in(engine, held, file, at)
                except YiyangError as error:
                    files.append(FileTaken(file, error=error))
                    continue
                files.append(FileTaken(file, taken))
                # What the county itself put there before asks for no answer.
                if taken.maker is not None:
                    pairs[taken.pair] = None
            replies: list[Path] = []
            folder = path if path.is_dir() else path.parent
            try:
                for pair in pairs:
                    data = sticks.reply(engine, held, pair, at)
                    replies.append(stick.write(folder, stick.name_of(pair, None, at, data), data))
            except YiyangError as error:
                return Imported(tuple(files), tuple(replies), error)
            return Imported(tuple(files), tuple(replies))
    finally:
        engine.dispose()
