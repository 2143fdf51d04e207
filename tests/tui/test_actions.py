"""The one registry: words in both languages, no key twice, no letter alone, a footer that fits."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from yiyang_tui import words
from yiyang_tui.actions import (
    ACTIONS,
    DIGITS,
    EVERYWHERE,
    Action,
    actions_of,
    colliding,
    footer,
    footer_word,
    key_sheet,
)
from yiyang_tui.app import YiyangApp
from yiyang_tui.places import PLACES as PLACE_PATHS
from yiyang_tui.places import load_place
from yiyang_tui.screens.base import Sheet
from yiyang_tui.screens.chart_pages import PAGES as CHART_PAGES
from yiyang_tui.screens.chart_pages import load_page
from yiyang_tui.screens.house_pages import PAGES as HOUSE_PAGES
from yiyang_tui.screens.person_switch import PersonSwitch
from yiyang_tui.screens.unlock import UnlockScreen

PAGES: dict[str, tuple[Any, ...]] = {"chart": CHART_PAGES, "house": HOUSE_PAGES}
PLACES = {action.where for action in ACTIONS} - {EVERYWHERE}
# Sheets that lie over a place, where the keys of everywhere do not reach.
COVERS = {"switch", "unlock"}


@pytest.mark.parametrize("lang", words.LANGUAGES)
@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.id)
def test_every_action_has_its_words(action: Action, lang: str) -> None:
    known = words.catalogue(lang)
    assert {action.word, action.help, f"place.{action.where}"} <= set(known)
    assert cell_len(known[action.word]) <= 22


def test_ids_are_unique_and_name_their_screen() -> None:
    assert len({action.id for action in ACTIONS}) == len(ACTIONS)
    assert [a.id for a in ACTIONS if a.id.rpartition(".")[0] != (a.where if a.where != EVERYWHERE else "")] == []


@pytest.mark.parametrize("where", sorted(PLACES))
def test_no_key_does_two_things_on_a_screen(where: str) -> None:
    reachable = actions_of(where) + ([] if where in COVERS else actions_of(EVERYWHERE))
    assert colliding(reachable) == set()


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.id)
def test_no_letter_stands_alone_or_first(action: Action) -> None:
    """An input method swallows letters: beside each stands a key that passes through, and it is the one shown."""
    # Digits come through too, in full width: screens take both.
    assert len(action.keys[0]) > 1 or action.keys[0] in DIGITS
    assert action.keys[0].startswith(("f", "ctrl+")) or action.keys[0] in (
        *DIGITS,
        *("space", "enter", "escape", "slash", "up", "down", "left", "right", "pageup", "pagedown", "home", "end"),
        *("tab", "delete", "backspace"),
    )


def test_no_key_is_another_in_disguise() -> None:
    """Terminals send Ctrl+I, M, J and H as Tab, Enter and Backspace; Ctrl+C copies."""
    taken = {f"ctrl+{letter}" for letter in "cimhj"}
    assert {key for action in ACTIONS for key in action.keys} & taken == set()


@given(width=st.integers(0, 200), where=st.sampled_from(sorted(PLACES)), lang=st.sampled_from(words.LANGUAGES))
def test_the_footer_fits_and_leaves_out_the_least_important(width: int, where: str, lang: str) -> None:
    words.use(lang)
    rows = [*actions_of(where), *actions_of(EVERYWHERE)]
    kept = footer(rows, width)
    assert cell_len("  ".join(footer_word(row) for row in kept)) <= width
    ranks = [row.rank for row in rows if row.rank is not None and row not in kept]
    assert all(row.rank is not None and row.rank <= lost for row in kept for lost in ranks)
    assert kept == [row for row in rows if row in kept]


@pytest.mark.parametrize("lang", words.LANGUAGES)
def test_the_key_sheet_names_every_screen_and_action(lang: str) -> None:
    sheet = key_sheet(lang)
    known = words.catalogue(lang)
    assert all(known[f"place.{where}"] in sheet for where in PLACES)
    assert all(known[action.help] in sheet for action in ACTIONS)


@pytest.mark.parametrize("where", sorted(PLACES))
def test_every_bound_action_is_something_its_screen_can_do(where: str) -> None:
    covers: dict[str, type[Sheet[Any]]] = {"unlock": UnlockScreen, "switch": PersonSwitch}
    screen = covers.get(where) or load_place(PLACE_PATHS[where])
    assert screen.where == where
    # A page that is in front does what is its own.
    doers = [screen, *(load_page(page.path) for page in PAGES.get(where, ()))]
    assert [
        row.method for row in actions_of(where) if row.bound and not any(hasattr(one, row.method) for one in doers)
    ] == []


@pytest.mark.parametrize("where", PAGES)
def test_a_page_can_do_what_it_says_and_names_only_actions_of_its_screen(where: str) -> None:
    named = {row.name for row in actions_of(where)}
    for page in PAGES[where]:
        assert set(page.acts) <= named
        own = [row.method for row in actions_of(where) if row.bound and row.name in page.acts]
        assert [(page.id, method) for method in own if not hasattr(load_page(page.path), method)] == []


def test_the_application_can_do_what_is_everywhere() -> None:
    assert [
        r.method for r in actions_of(EVERYWHERE) if r.id not in PLACE_PATHS and not hasattr(YiyangApp, r.method)
    ] == []


def test_no_screen_takes_the_name_of_what_works_everywhere() -> None:
    """An act is sought on the screen in front first: a bed's "switch" once swallowed F10."""
    everywhere = {row.name for row in actions_of(EVERYWHERE)}
    assert [row.id for row in ACTIONS if row.where != EVERYWHERE and row.name in everywhere] == []


def test_keys_are_named_as_they_are_printed() -> None:
    words.use("zh")
    rows = {action.id: action for action in ACTIONS}
    assert footer_word(rows["undo"]) == "Ctrl+Z 撤销"
    assert footer_word(rows["find"]) == "/ 找人"
