"""One sync of a record at a time, whichever program begins it."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from db.lock import Taken, held
from sync.errors import SyncBusy
from sync.link import Folder


@contextmanager
def my_turn(folder: Folder) -> Iterator[None]:
    """Be the only one who syncs the record of this transport folder. Raises ``SyncBusy`` if another does."""
    folder.make()
    with ExitStack() as around:
        try:
            around.enter_context(held(folder.path / "lock"))
        except Taken as error:
            raise SyncBusy from error
        yield
