"""A bare Textual window, what ours are compared with: some words, and a number that any key raises."""

import sys

from textual.app import App, ComposeResult
from textual.widgets import Static


class Bare(App[None]):
    """One line of text."""

    keys = 0

    def compose(self) -> ComposeResult:
        """The words that are waited for."""
        yield Static("bare window")

    def on_key(self) -> None:
        """A changed screen."""
        self.keys += 1
        self.query_one(Static).update(f"bare window {self.keys}")


if __name__ == "__main__":
    Bare().run()
    sys.exit(0)
