"""F11: all keys of all screens; ``yiyang keys`` prints the same."""

from rich.text import Text

from yiyang_tui.actions import key_sheet
from yiyang_tui.screens.help import Reading
from yiyang_tui.words import language


class KeysScreen(Reading):
    """The key sheet on the screen."""

    def page(self, width: int) -> Text:
        """The sheet as it is printed, in the width there is."""
        return Text(key_sheet(language(), width))
