"""``yiyang sync --max-bytes --max-seconds``: it stops in good order, says so, and the next run goes on."""

from pathlib import Path

import pytest

from sync.county.admin import status
from sync.county.settings import Settings
from tests.cli.conftest import entries_of, refused, yiyang
from yiyang_tui.cli.amount import octets


def test_what_may_be_carried_is_used_up_and_the_next_run_goes_on(enrolled: Path, county: Settings) -> None:
    own = entries_of(enrolled)
    refused(38, "sync", "--max-bytes", "100", vault=enrolled, zh="先停在这里", en="the sync stopped here")
    said = yiyang("sync", "--max-bytes", "0.1k", "--max-seconds", "600", "--json", vault=enrolled)
    assert said.code == 38
    left = said.json()
    assert (left["outcome"], left["exit"], left["stopped"], left["sent"]) == ("budget_spent", 38, "bytes", 0)
    assert left["left_bytes"] > 100
    assert status(county)[0].entries == 0
    done = yiyang("sync", "--max-bytes", "2M", "--json", vault=enrolled).json()
    assert (done["outcome"], done["stopped"], done["left_bytes"]) == ("done", None, 0)
    assert status(county)[0].entries == own
    # Nothing of this laptop waits, and what the county has was not asked yet.
    assert " 0 B" not in yiyang("sync", "--max-bytes", "100", vault=enrolled).err


@pytest.mark.parametrize("wrong", ["0", "-5", "2q", "", "many", "1e9", "9" * 40])
def test_a_size_that_is_none_is_refused(enrolled: Path, wrong: str) -> None:
    ended = yiyang("sync", f"--max-bytes={wrong}", vault=enrolled)
    assert ended.code == 2
    assert "--max-bytes" in ended.err


def test_sizes_are_read_as_people_write_them() -> None:
    written = {"812": 812, "500k": 500_000, "2M": 2_000_000, "1.5 MB": 1_500_000, "1g": 10**9, " 3kb ": 3000}
    assert {text: octets(text) for text in written} == written
