"""The last look at what is drawn: nothing of it acts on the terminal, whichever widget drew it."""

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from yiyang_tui.visible import unseen


class PlainLines(LineFilter):
    """Leaves out what ``visible`` shows as a question mark: where a widget drew it as it came, it has no width."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002
        """The segments of one line."""
        if all(one.text.isprintable() for one in segments):
            return segments
        return [Segment(unseen(one.text), one.style, one.control) for one in segments]
