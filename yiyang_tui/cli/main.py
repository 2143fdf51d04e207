"""The command ``yiyang``: reads what stands before and beside every command, finds the command, tells how it ended."""

import os
import sys
from collections.abc import Sequence
from typing import Final

COMMON: Final = {"--vault": "YIYANG_VAULT", "--lang": "YIYANG_LANG", "--theme": "YIYANG_THEME"}
"""Options that may stand anywhere, and the variable each of them sets for this run."""

WRONG_USE: Final = 2


def main() -> int:
    """The installed program. Returns the exit code."""
    from yiyang_tui.__main__ import main as start

    return start()


def run(words: Sequence[str]) -> int:
    """Do what ``words`` ask for: a command, or the application where only common options stand. Gives the exit code."""
    rest, lacking = take_common(words)
    if not rest and not lacking:
        from yiyang_tui.__main__ import open_application

        return open_application()
    from yiyang_tui import words as catalogue
    from yiyang_tui.settings import language_of, read_settings, settings_path

    catalogue.use(language_of(read_settings(settings_path())))
    if lacking:
        sys.stderr.write(catalogue.t("cli.usage.needs_value", name=lacking) + "\n")
        return WRONG_USE
    from yiyang_tui.cli.outcome import told
    from yiyang_tui.cli.tree import make_tree

    json = "--json" in (rest[: rest.index("--")] if "--" in rest else rest)
    return told(lambda: make_tree().main(rest, prog_name="yiyang", standalone_mode=False), json=json)


def take_common(words: Sequence[str]) -> tuple[list[str], str]:
    """The words without the common options, which go into the environment; and an option whose value is missing.

    What stands after ``--`` is left alone. A language that has no catalogue is a missing value.
    """
    rest: list[str] = []
    at = 0
    while at < len(words):
        name, equals, value = words[at].partition("=")
        if words[at] == "--":
            return [*rest, *words[at:]], ""
        if name not in COMMON:
            rest.append(words[at])
            at += 1
            continue
        if not equals:
            at += 1
            value = words[at] if at < len(words) else ""
        at += 1
        if not value or (name == "--lang" and value not in ("zh", "en")):
            return rest, name
        os.environ[COMMON[name]] = value
    return rest, ""
