"""A record where nothing may be written, as on a write-protected stick: commands that read work, others say why not."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import PASSPHRASE, contents, yiyang

WHO = ("--number", "0001", "--passphrase-file", "-")


@pytest.fixture
def closed_to_us(enrolled: Path) -> Iterator[Path]:
    """An enrolled laptop's record, all of it without the right to write."""
    folders = [enrolled.parent, *(path for path in enrolled.parent.rglob("*") if path.is_dir())]
    for path in enrolled.parent.rglob("*"):
        path.chmod(0o500 if path.is_dir() else 0o400)
    enrolled.parent.chmod(0o500)
    yield enrolled
    for folder in folders:
        folder.chmod(0o700)


def test_reading_works_and_leaves_everything_as_it_was(closed_to_us: Path) -> None:
    before = contents(closed_to_us.parent)
    for words in (("staff", "list"), ("catalogue",)):
        ended = yiyang(*words, *WHO, vault=closed_to_us, typed=PASSPHRASE + "\n")
        assert (ended.code, ended.err) == (0, ""), words
    assert "县里有 0" in yiyang("sync", "status", vault=closed_to_us).out
    assert contents(closed_to_us.parent) == before


def test_what_writes_is_refused_in_one_sentence(closed_to_us: Path) -> None:
    before = contents(closed_to_us.parent)
    acts = (
        ("zh", "只能看", ("staff", "add", "0007", "--name", "李梅", "--role", "carer")),
        ("en", "only be read", ("backup", "now")),
    )
    for lang, word, words in acts:
        ended = yiyang(*words, *WHO, vault=closed_to_us, typed=PASSPHRASE + "\n", lang=lang)
        assert ended.code == 2, (words, ended.err)
        assert word in ended.sentence(), words
    assert contents(closed_to_us.parent) == before
