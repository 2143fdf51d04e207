"""A field that holds a short list, shown in one line: contacts, allergies. Space opens it to be changed."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rich.text import Text
from textual import events

from yiyang_tui.cells import fit
from yiyang_tui.themes import token_style
from yiyang_tui.widgets.choice import Choice
from yiyang_tui.words import t

Item = Mapping[str, str]


class ItemsField(Choice):
    """``青霉素(皮疹 2019)、磺胺``. Its value is the list as JSON text, so that a form and a draft keep it as any other.

    ``shown`` puts one item in words. The screen opens the list at Space and gives the new one back by ``items``.
    """

    def __init__(self, shown: Callable[[Item], str], *, id: str) -> None:
        super().__init__((), None, id=id)
        self.shown = shown

    @property
    def items(self) -> Sequence[Item]:
        """What the list holds."""
        found: list[dict[str, Any]] = json.loads(self.value or "[]")
        return found

    @items.setter
    def items(self, found: Sequence[Item]) -> None:
        value = written(found)
        if value != self.value:
            self.value = value
            self.post_message(self.Changed(self, value))

    def render(self) -> Text:
        """All items in one line, or that there is none."""
        style = token_style(self.app, "entry" if self.has_focus else "" if self.items else "quiet")
        said = t("list.comma").join(self.shown(item) for item in self.items) or t("person.no_items")
        return Text(fit(said, self.size.width).rstrip(), style)

    def on_key(self, event: events.Key) -> None:
        """Only Enter is the field's own: nothing is chosen by arrows or digits here."""
        # The handler of Choice would follow this one.
        event.prevent_default()
        if event.key == "enter":
            event.stop()
            self.post_message(self.Submitted(self))


def written(items: Sequence[Item]) -> str | None:
    """The list as the value of a field; ``None`` when it is empty."""
    return json.dumps([dict(item) for item in items], ensure_ascii=False) if items else None
