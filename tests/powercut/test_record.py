"""Power fails at any step of a day's rounds: nothing that was called saved is missing, and nothing is damaged."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.powercut import trace
from tests.powercut.check import Damaged, Lost
from tests.powercut.play import Recording, fast_place, keep, play, record, unlike

SEED = 1


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """Where recordings are made."""
    with fast_place() as found:
        yield found


@pytest.fixture(scope="module")
def day(place: Path) -> Recording:
    """Rounds, people, drafts, seals; closed and opened now and then."""
    return record("record", SEED, place)


def assert_kept(recording: Recording, images: int, kept_at: Path) -> None:
    """Every image is what it must be; one that is not is told, with the way to see it again."""
    played = play(recording, images, SEED)
    if played.failures:
        failure = played.failures[0]
        again = f"--again {keep(recording, kept_at)} --images {images} --seed {failure.seed} --number {failure.number}"
        pytest.fail(f"{failure}\n  again: python -m tests.powercut {again}")
    assert played.images == images
    # Cuts lie at steps of all kinds, and hardly two images are alike.
    assert len(played.cuts) > 0.9 * min(images, len(recording.steps))
    assert len(played.marks) > 0.8 * images


def test_the_recorder_misses_nothing(day: Recording) -> None:
    """All steps done again make the very files that the program left."""
    assert unlike(day) == []
    assert {step.op for step in day.steps} >= {"write", "durable", "size", "create", "rename", "remove", "said"}


def test_what_the_recorder_cannot_follow_is_no_image(tmp_path: Path) -> None:
    root, program = (
        tmp_path / "root",
        "import mmap,sys; f = open(sys.argv[1], 'w+b'); f.truncate(9); mmap.mmap(f.fileno(), 9)",
    )
    root.mkdir()
    trace.run(trace.build(tmp_path), root, tmp_path / "log", ["-c", program, str(root / "mapped")])
    with pytest.raises(trace.NotRecorded, match="mapped"):
        trace.read(tmp_path / "log", root)


def test_a_machine_without_a_compiler_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RuntimeError, match="install gcc"):
        trace.build(tmp_path)


def test_rounds_outlive_a_power_cut_at_any_step(day: Recording, tmp_path: Path) -> None:
    assert_kept(day, 2100, tmp_path)


def test_so_do_they_while_the_log_is_folded_in_beside_the_work(place: Path, tmp_path: Path) -> None:
    recording = record("long", SEED, place)
    under_way = [number for number, step in enumerate(recording.steps) if str(step).startswith("write data/record.db ")]
    acts = [step for step in recording.steps[under_way[-1] :] if step.op == "said"]
    assert len(acts) < len(recording.acts)
    assert_kept(recording, 400, tmp_path)


def test_an_image_is_the_same_again(day: Recording) -> None:
    """What failed can be seen again: number and seed say which image it was."""
    assert play(day, 40, 7, only=33).marks <= play(day, 40, 7).marks
    assert not play(day, 40, 8, only=33).marks & play(day, 40, 7, only=33).marks


@pytest.mark.parametrize(("level", "found"), [("OFF", {Lost, Damaged}), ("NORMAL", {Lost, Damaged})])
def test_a_record_that_waits_less_for_the_disk_is_caught(place: Path, level: str, found: set[type]) -> None:
    """The control: without waiting, acts are lost and the file is damaged; with a little of it, acts are lost.

    Some of the latter are told: a log with whole acts behind a break is not opened over (``db.log``).
    """
    recording = record("short", SEED, place, level)
    failures = play(recording, 150, SEED, most_failures=150).failures
    assert {type(failure.why) for failure in failures} == found
    assert sum(isinstance(failure.why, Lost) for failure in failures) > 5


def test_the_long_run_tells_what_it_played(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "tests.powercut", "--images", "30", "--kind", "short", "--kept", str(tmp_path)]
    ran = subprocess.run(words, capture_output=True, text=True, check=False, cwd=trace.HOUSE)
    assert ran.returncode == 0, ran.stderr
    assert "30 images" in ran.stdout
    assert "0 failed" in ran.stdout
