"""A bare Textual window, and one with a list: what ours are compared with."""

import sys

from textual.app import App, ComposeResult
from textual.widgets import Static


class Bare(App[None]):
    """One line of text."""

    def compose(self) -> ComposeResult:
        """The words that are waited for."""
        yield Static("bare window")


if __name__ == "__main__":
    Bare().run()
    sys.exit(0)
