"""``--help`` in the catalogue's words: what a command is for, its options, an example; wrapped in terminal cells.

The texts of a command stand under ``cli.<path>``: ``short`` (a line in the list), ``help`` and ``example``. The
``help`` of an option is itself a catalogue key.
"""

import shutil
from typing import Any

from rich.cells import cell_len
from typer.core import TyperCommand, TyperGroup

from yiyang_tui.cells import wrap
from yiyang_tui.words import t

_WIDEST = 100
_NARROWEST = 40
_WIDEST_NAME = 30


class Explained(TyperCommand):
    """One command."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the whole page."""
        formatter.write(_page(self, ctx))


class ExplainedGroup(TyperGroup):
    """A group of commands; naming none of them shows the page."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the whole page."""
        formatter.write(_page(self, ctx))


def key_of(ctx: Any) -> str:
    """Where the texts of the command stand in the catalogue."""
    return ".".join(["cli", *ctx.command_path.split()[1:]])


def _params(command: TyperCommand | TyperGroup) -> list[Any]:
    return list(command.params)


def _page(command: TyperCommand | TyperGroup, ctx: Any) -> str:
    width = max(_NARROWEST, min(shutil.get_terminal_size().columns, _WIDEST) - 1)
    key = key_of(ctx)
    parts = [_usage(command, ctx), *wrap(t(f"{key}.help"), width), ""]
    arguments, options = [], [("-h, --help", t("cli.opt.help"))]
    for param in _params(command):
        if param.param_type_name == "argument":
            arguments.append((param.display_name_raw, t(str(getattr(param, "help", "")))))
        elif "--help" not in param.opts:
            options.append((_option(param), t(str(getattr(param, "help", "")))))
    if isinstance(command, TyperGroup):
        listed = [(name, t(f"{key}.{name}.short")) for name in command.commands]
        parts += _section("cli.page.commands", listed, width)
    parts += _section("cli.page.arguments", arguments, width)
    parts += _section("cli.page.options", options, width)
    parts += _section(
        "cli.page.common", [(f"--{name}", t(f"cli.opt.{name}")) for name in ("vault", "lang", "theme")], width
    )
    parts += [t("cli.page.example"), *(f"  {line}" for line in t(f"{key}.example").splitlines())]
    return "\n".join(parts) + "\n"


def _usage(command: TyperCommand | TyperGroup, ctx: Any) -> str:
    words = [ctx.command_path]
    words += [
        (name if param.required else f"[{name}]")
        for param in _params(command)
        if param.param_type_name == "argument"
        for name in [param.display_name_raw]
    ]
    words.append(t(f"cli.page.{_blank(command)}"))
    return t("cli.page.usage", words=" ".join(words)) + "\n"


def _blank(command: TyperCommand | TyperGroup) -> str:
    if not isinstance(command, TyperGroup):
        return "options_blank"
    return "command_or_none" if command.invoke_without_command else "command_blank"


def _option(param: Any) -> str:
    names = ", ".join([*param.opts, *param.secondary_opts])
    return names if param.is_flag else f"{names} {param.metavar or param.name.upper()}"


def _section(heading: str, rows: list[tuple[str, str]], width: int) -> list[str]:
    if not rows:
        return []
    column = min(max(cell_len(name) for name, _ in rows), _WIDEST_NAME) + 2
    lines = [t(heading)]
    for name, text in rows:
        first, *more = wrap(text, max(20, width - column - 2)) or [""]
        pad = column - cell_len(name)
        lines += [f"  {name}{' ' * pad}{first}"] if pad >= 2 else [f"  {name}", f"  {' ' * column}{first}"]
        lines += [f"  {' ' * column}{line}" for line in more]
    return [*lines, ""]
