"""What costs time and is the same for image after image is computed once: argon2id, and the sums of the log's pages."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from unittest.mock import patch

from db import log
from tests.once import passphrases, statements

_sums = lru_cache(maxsize=20_000)(log._sums)


@contextmanager
def computed_once() -> Iterator[None]:
    """Thousands of images have the same few key slots, and nearly the same log: everything else is as it always is."""
    with passphrases(), statements(), patch.object(log, "_sums", _sums):
        yield
