"""What was typed wrongly, in the catalogue's words: the library that reads the words speaks English only."""

import re
from typing import Any

from typer.exceptions import TyperException

from yiyang_tui.words import t

_COMMAND = re.compile(r"No such command '([^']{0,80})'")
_EXTRA = re.compile(r"Got unexpected extra argument\(s\) \((.{0,200})\)", re.DOTALL)


def usage_sentence(error: TyperException) -> str:
    """One sentence, and where help is found; for a group named without a command its whole page."""
    kind = type(error).__name__
    if kind == "NoArgsIsHelpError" or error.message == "Missing command.":
        return _page(error)
    hint = _hint(error)
    if kind == "NoSuchOption":
        return t("cli.usage.no_option", name=_of(error, "option_name")) + hint
    if kind == "BadOptionUsage":
        return t("cli.usage.needs_value", name=_of(error, "option_name")) + hint
    if kind == "MissingParameter":
        return t("cli.usage.missing", name=_name(error)) + hint
    if kind == "BadParameter":
        return _bad_value(error) + hint
    if found := _COMMAND.search(error.message):
        return t("cli.usage.no_command", name=found[1]) + hint
    if found := _EXTRA.search(error.message):
        return t("cli.usage.extra", name=found[1]) + hint
    return t("cli.usage.wrong") + hint


def _page(error: Any) -> str:
    return str(error.ctx.get_help())


def _bad_value(error: Any) -> str:
    wanted = getattr(getattr(error.param, "type_descriptor", None), "choices", None)
    if wanted:
        return t(
            "cli.usage.choose", name=_name(error), choices=", ".join(str(getattr(one, "value", one)) for one in wanted)
        )
    return t("cli.usage.bad_value", name=_name(error))


def _name(error: Any) -> str:
    param = error.param
    if param is None:
        return str(error.param_hint or "")
    return str(param.opts[0] if param.param_type_name == "option" else param.display_name_raw)


def _of(error: Any, name: str) -> str:
    return str(getattr(error, name, ""))[:80]


def _hint(error: Any) -> str:
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "yiyang"
    return "\n" + t("cli.usage.hint", command=f"{path} --help")
