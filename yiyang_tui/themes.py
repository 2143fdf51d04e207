"""Four looks, and colours by meaning.

Light and dark for terminals with many colours, ``16`` for those with few, ``plain`` for consoles that disagree
about the width of glyphs (Chinese Windows conhost with SimSun): plain draws no character of ambiguous width.
A colour is never the only sign of anything.
"""

from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal

from rich.style import Style
from textual.color import Color
from textual.theme import Theme

from yiyang_tui.cells import ambiguous

if TYPE_CHECKING:
    from textual.app import App

Token = Literal["", "urgent", "due", "late", "done", "quiet", "entry", "saved", "title"]
"""What a piece of text means; ``""`` is ordinary text."""

TOKENS: Final[tuple[Token, ...]] = ("urgent", "due", "late", "done", "quiet", "entry", "saved", "title")
THEMES: Final = ("yiyang-light", "yiyang-dark", "yiyang-16", "yiyang-plain")
PLAIN: Final = "yiyang-plain"
BOLD: Final = frozenset({"urgent", "late", "title", "entry"})


def _tokens(colours: str, selected: tuple[str, str], entry_ground: str, line: str) -> dict[str, str]:
    ground, ink = selected
    return {
        **dict(zip(TOKENS, colours.split(), strict=True)),
        "selected": ground,
        "selected-ink": ink,
        "entry-ground": entry_ground,
        "line": line,
    }


# Two accents only: a deep teal for where one is, a warm red for what needs a person.
LIGHT: Final = "#a8261c #1f1f1f #a8261c #2d6a4f #6b6b66 #0b5d66 #2d6a4f #0b5d66"
DARK: Final = "#f08a7b #e8e4da #f08a7b #8fc9a5 #96948c #7fc8d0 #8fc9a5 #7fc8d0"
SIXTEEN: Final = "ansi_red ansi_default ansi_red ansi_green ansi_default ansi_cyan ansi_green ansi_cyan"


def _sixteen(name: str) -> Theme:
    default = "ansi_default"
    return Theme(
        name=name,
        ansi=True,
        dark=True,
        primary="ansi_cyan",
        secondary="ansi_cyan",
        warning="ansi_red",
        error="ansi_red",
        success="ansi_green",
        accent="ansi_red",
        foreground=default,
        background=default,
        surface=default,
        panel=default,
        boost=default,
        variables=_tokens(SIXTEEN, ("ansi_white", "ansi_black"), default, default)
        | {
            "ansi-background": "ansi_black",
            "ansi-foreground": "ansi_white",
            "input-cursor-background": "ansi_white",
            "input-cursor-foreground": "ansi_black",
            "input-cursor-text-style": "none",
            "input-selection-background": "ansi_cyan",
            "input-selection-foreground": "ansi_black",
            "scrollbar": "ansi_white",
            "scrollbar-hover": "ansi_white",
            "scrollbar-active": "ansi_white",
            "scrollbar-background": "ansi_black",
            "scrollbar-background-hover": "ansi_black",
            "scrollbar-background-active": "ansi_black",
            "scrollbar-corner-color": default,
        },
    )


def make_themes() -> tuple[Theme, ...]:
    """The four looks, to be registered by the application."""
    return (
        Theme(
            name="yiyang-light",
            dark=False,
            primary="#0b5d66",
            accent="#a8261c",
            error="#a8261c",
            warning="#a8261c",
            success="#2d6a4f",
            foreground="#1f1f1f",
            background="#faf8f3",
            surface="#f1eee6",
            panel="#e9e5da",
            variables=_tokens(LIGHT, ("#d5e6e6", "#10393e"), "#e9e5da", "#c9c4b8")
            | {"scrollbar": "#c9c4b8", "scrollbar-background": "#f1eee6"},
        ),
        Theme(
            name="yiyang-dark",
            primary="#7fc8d0",
            accent="#f08a7b",
            error="#f08a7b",
            warning="#f08a7b",
            success="#8fc9a5",
            foreground="#e8e4da",
            background="#1b1e20",
            surface="#24282b",
            panel="#2b3033",
            variables=_tokens(DARK, ("#2f4a4e", "#f4f1e8"), "#2b3033", "#464c50")
            | {"scrollbar": "#464c50", "scrollbar-background": "#24282b"},
        ),
        _sixteen("yiyang-16"),
        _sixteen(PLAIN),
    )


def is_plain(app: "App[Any]") -> bool:
    """Whether glyphs of ambiguous width must not be drawn."""
    return bool(app.theme == PLAIN)


@cache
def _style(ground: str, ink: str, bold: bool) -> Style:
    colour = Color.parse(ink).rich_color if ink else None
    return Style(color=colour, bgcolor=Color.parse(ground).rich_color if ground else None, bold=bold or None)


def token_style(app: "App[Any]", token: str, *, selected: bool = False) -> Style:
    """The Rich style of a token under the theme in use, for widgets that draw their own lines.

    ``selected``: on the highlighted row. There the row's ink stays readable; only bold tells the token.
    """
    variables = app.theme_variables
    bold = token in BOLD
    if selected:
        return _style(variables["selected"], variables["selected-ink"], bold)
    return _style("", variables[token] if token else "", bold)


def ambiguous_glyphs(app: "App[Any]") -> set[str]:
    """The characters of ambiguous width on the screen as it is drawn now. Must be empty in the plain theme."""
    size = app.screen.size
    strips = app.screen._compositor.render_strips(size)
    return ambiguous("".join(strip.text for strip in strips))
