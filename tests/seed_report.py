"""The marker ``seed("R013", …)`` and the table of ``pytest --seeds``: which wishes of the field the tests prove.

The rows are those of ``tests/data/seed_rows.csv``. A row *holds* when at least one test is marked with it and all
tests so marked passed. An id that the list does not know stops collection.
"""

import csv
import textwrap
from collections.abc import Generator, Iterable, Mapping
from functools import cache
from pathlib import Path

import pytest

ROWS = Path(__file__).parent / "data" / "seed_rows.csv"
_PROPERTY = "seed"
_PASSED = pytest.StashKey[dict[str, bool]]()


@cache
def groups() -> Mapping[str, str]:
    """Row id → group, in the order of the list."""
    with ROWS.open(encoding="utf-8", newline="") as file:
        return {row["id"]: row["group"] for row in csv.DictReader(file)}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--seeds", action="store_true", help="run the tests marked with seed rows and print which rows hold"
    )


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_PASSED] = {}
    if config.getoption("seeds") and not config.option.markexpr:
        config.option.markexpr = "seed"


def _seeds_of(item: pytest.Item) -> list[str]:
    """The row ids of one test, own and inherited; a wrong mark is an error of its file."""
    ids: list[str] = []
    for mark in item.iter_markers("seed"):
        if not mark.args or mark.kwargs:
            raise pytest.Collector.CollectError(f"{item.name}: seed takes row ids, such as seed('R013')")
        for seed in mark.args:
            if seed not in groups():
                raise pytest.Collector.CollectError(f"{item.name}: seed {seed!r} is not a row of {ROWS.name}")
            ids.append(seed)
    return ids


@pytest.hookimpl(wrapper=True)
def pytest_pycollect_makeitem() -> Generator[None, object, object]:
    # Checked here, and not once all is collected, so that pytest names the file and xdist hears of it too.
    found = yield
    for item in found if isinstance(found, list) else ():
        if isinstance(item, pytest.Item):
            # Properties, unlike marks, travel from xdist's workers to the process that prints.
            item.user_properties.extend((_PROPERTY, seed) for seed in _seeds_of(item))
    return found


class _Outcomes:
    """Hears every phase of every test, in the one process that reports."""

    def __init__(self, passed: dict[str, bool]) -> None:
        self.passed = passed

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        for name, seed in report.user_properties:
            if name == _PROPERTY:
                self.passed[str(seed)] = self.passed.get(str(seed), True) and report.passed


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    if session.config.getoption("seeds"):
        session.config.pluginmanager.register(_Outcomes(session.config.stash[_PASSED]), "seed-outcomes")


def table(passed: Mapping[str, bool]) -> Iterable[str]:
    """The lines of the report. ``passed``: row id → did all its tests pass; rows without tests are absent."""
    members: dict[str, list[str]] = {}
    for seed, group in groups().items():
        members.setdefault(group, []).append(seed)
    for group in sorted(members, key=lambda group: int(group.partition(".")[0])):
        held = [seed for seed in members[group] if passed.get(seed)]
        broken = [seed for seed in members[group] if passed.get(seed) is False]
        yield f"{len(held):4} of {len(members[group]):3}  {group}"
        if held:
            yield from textwrap.wrap(" ".join(held), 80, initial_indent=" " * 13, subsequent_indent=" " * 13)
        if broken:
            yield f"{'':13}do not hold: {' '.join(broken)}"
    yield f"{sum(passed.values()):4} of {len(groups()):3}  in all"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if config.getoption("seeds"):
        terminalreporter.section("seed rows that hold")
        passed = config.stash[_PASSED]
        for line in table(passed):
            terminalreporter.write_line(line)
