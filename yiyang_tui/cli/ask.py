"""Questions to whoever sits at the terminal. Without one, or where an option answers, nothing is asked."""

import getpass
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from yiyang_tui.cli.errors import AnswersDiffer, NobodyToAsk, SecretFileUnreadable
from yiyang_tui.words import sentence, t

_LONGEST = 1024
_TRIES = 3
Answer = TypeVar("Answer")


def somebody() -> bool:
    """Whether somebody sits at a terminal."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def line(question: str, default: str = "", *, option: str) -> str:
    """One line of text; Enter takes the default. Raises ``NobodyToAsk`` without a terminal and without a default."""
    if not somebody():
        if default:
            return default
        raise NobodyToAsk(option=option)
    while True:
        sys.stderr.write(f"{question} [{default}] " if default else f"{question} ")
        sys.stderr.flush()
        typed = sys.stdin.readline(_LONGEST)
        if not typed:
            raise KeyboardInterrupt
        said = typed.strip() or default
        if said:
            return said
        sys.stderr.write(t("cli.ask.needed") + "\n")


def checked(question: str, default: str, check: Callable[[str], object], *, option: str) -> str:
    """One line that ``check`` takes; what it refuses is said at once, and asked again."""
    while True:
        said = line(question, default, option=option)
        if _taken(said, check):
            return said


def _taken(said: str, check: Callable[[str], object]) -> bool:
    from db.errors import YiyangError

    try:
        check(said)
    except YiyangError as error:
        if not somebody():
            raise
        sys.stderr.write(sentence(error) + "\n")
        return False
    return True


def until(question: str, default: str, read: Callable[[str], Answer | None], *, option: str, wrong: str) -> Answer:
    """Ask until ``read`` understands the answer; ``wrong`` says what was expected."""
    while True:
        found = read(line(question, default, option=option))
        if found is not None:
            return found
        if not somebody():
            raise NobodyToAsk(option=option)
        sys.stderr.write(wrong + "\n")


def pasted(most: int) -> str:
    """Lines that somebody pastes, of ``most`` characters in all; an empty one after them ends it."""
    sys.stderr.write(t("cli.ask.paste") + "\n")
    sys.stderr.flush()
    said = ""
    while len(said) < most and (more := sys.stdin.readline(most)):
        if said.strip() and not more.strip():
            break
        said += more
    return said


def yes(question: str, *, option: str) -> bool:
    """Yes or no; Enter is no. Raises ``NobodyToAsk`` without a terminal: nobody said no, either."""
    if not somebody():
        raise NobodyToAsk(option=option)
    return line(f"{question} {t('cli.ask.yes_no')}", "n", option=option).lower() in ("y", "yes", "是", "好")


@dataclass(slots=True)
class Secrets:
    """Where secrets come from: a file each, ``-`` for the next line of standard input, else the keyboard, unseen.

    They are never taken from the command line: others on the machine could read them there.
    """

    lines_left: int = 8

    def get(
        self,
        question: str,
        file: str | None,
        *,
        option: str,
        twice: bool = False,
        check: Callable[[str], object] = bool,
    ) -> str:
        """One secret. ``twice``: one that is set, so it is typed again to be sure.

        ``check`` refuses what will not do: typed, it is asked for again, before anything else is.
        """
        if file == "-":
            return self._from_input()
        if file:
            return _from_file(Path(file))
        if not somebody():
            raise NobodyToAsk(option=option)
        for _ in range(_TRIES):
            typed = hidden(question)
            while not _taken(typed, check):
                typed = hidden(question)
            if not twice or hidden(t("cli.ask.again")) == typed:
                return typed
            sys.stderr.write(t("cli.ask.differs") + "\n")
        raise AnswersDiffer

    def _from_input(self) -> str:
        typed = sys.stdin.readline(_LONGEST).rstrip("\r\n")
        self.lines_left -= 1
        if not typed or self.lines_left < 0:
            raise SecretFileUnreadable(path="-")
        return typed


def hidden(question: str) -> str:
    """What is typed unseen at the terminal."""
    try:
        return getpass.getpass(question + " ", stream=sys.stderr)[:_LONGEST]
    except EOFError:
        raise KeyboardInterrupt from None


def _from_file(path: Path) -> str:
    try:
        with path.open(encoding="utf-8") as file:
            typed = file.readline(_LONGEST).rstrip("\r\n")
    except (OSError, UnicodeDecodeError):
        raise SecretFileUnreadable(path=str(path)) from None
    if not typed:
        raise SecretFileUnreadable(path=str(path))
    return typed
