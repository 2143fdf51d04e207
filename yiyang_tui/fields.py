"""The values typed into a screen's fields, by the field's id: to keep as a draft, to put back."""

from collections.abc import Mapping
from typing import Any

from textual.dom import DOMNode
from textual.screen import Screen
from textual.widget import Widget

from yiyang_tui.widgets.choice import Choice
from yiyang_tui.widgets.entry import Entry
from yiyang_tui.widgets.tick import Tick
from yiyang_tui.widgets.virtual_list import VirtualList

Value = str | bool | None


def fields(root: DOMNode) -> list[Entry | Tick | Choice]:
    """The fields below ``root`` in the order they stand."""
    return [node for node in root.walk_children(Widget) if isinstance(node, Entry | Tick | Choice)]


def values(root: DOMNode) -> dict[str, Value]:
    """What the fields hold. Secrets are never among them, nor fields without an id."""
    return {
        field.id: field.value
        for field in fields(root)
        if field.id and not (isinstance(field, Entry) and field.password)
    }


def fill(root: DOMNode, found: Mapping[str, Value]) -> None:
    """Put values back. Fields that are not named keep theirs; values of another kind are left out."""
    for field in fields(root):
        value = found.get(field.id or "")
        if (
            (isinstance(field, Entry) and isinstance(value, str))
            or (isinstance(field, Tick) and isinstance(value, bool))
            or (isinstance(field, Choice) and (value is None or isinstance(value, str)) and field.id in found)
        ):
            field.value = value


async def relabel(screen: Screen[Any]) -> None:
    """Make a screen anew in the language spoken now; what is typed, the cursor and the place in lists stay."""
    kept = values(screen)
    secrets = {field.id: field.value for field in fields(screen) if isinstance(field, Entry) and field.password}
    focused = screen.focused.id if screen.focused is not None else None
    lists = {node.id: node.index for node in screen.query(VirtualList) if node.id}
    await screen.recompose()
    fill(screen, {**kept, **{id: value for id, value in secrets.items() if id}})
    for node in screen.query(VirtualList):
        node.set_reactive(VirtualList.index, lists.get(node.id or "", 0))
    if focused:
        screen.query_one(f"#{focused}").focus()
    load = getattr(screen, "load", None)
    if load is not None:
        load()
