"""The few things remembered outside the record: last staff number, language, colours, where downtime packs go. No
names, no secrets.

Environment variables win over the file: ``YIYANG_VAULT``, ``YIYANG_LANG``, ``YIYANG_THEME``, ``YIYANG_PASSPHRASE_MS``;
``YIYANG_CONFIG`` names another folder for the file.
"""

import os
import sys
import tempfile
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from platformdirs import user_config_dir, user_data_dir

from yiyang_tui.terminal import best_theme, shows_han
from yiyang_tui.words import LANGUAGES

if TYPE_CHECKING:
    from db.keys import Cost

USUAL_LOCK, LEAST_LOCK, MOST_LOCK = 5, 1, 60
"""Minutes without a key until the screen locks."""
_LIMIT = 64
_LONGEST_PATH = 1024
_MOST_PATHS = 8


@dataclass(frozen=True, slots=True)
class Settings:
    """What the file holds; empty where nobody chose.

    ``pack_to``: folders on sticks or shares that get each downtime pack of this laptop as well. ``passphrase_ms``: how
    long opening with a new passphrase may take, 0 for the usual. ``room_low_mb``, ``room_urgent_mb``: with less room on
    the disk than this every screen says so. ``lock_minutes``: after so long without a key the screen locks, 0 for the
    usual; it never stays open for longer than an hour.
    """

    number: str = ""
    lang: str = ""
    theme: str = ""
    pack_to: tuple[str, ...] = ()
    passphrase_ms: int = 0
    room_low_mb: int = 500
    room_urgent_mb: int = 100
    lock_minutes: int = 0


_ROOM = ("room_low_mb", "room_urgent_mb")
_MOST_MB = 1_000_000
_TEXTS = tuple(
    one.name for one in fields(Settings) if one.name not in ("pack_to", "passphrase_ms", "lock_minutes", *_ROOM)
)


def settings_path(env: Mapping[str, str] = os.environ) -> Path:
    """Where the settings file lies."""
    return Path(env.get("YIYANG_CONFIG") or user_config_dir("yiyang", appauthor=False)) / "settings.toml"


def vault_path(env: Mapping[str, str] = os.environ) -> Path:
    """Where this user's record lies unless told otherwise."""
    return Path(env.get("YIYANG_VAULT") or Path(user_data_dir("yiyang", appauthor=False)) / "record.db")


def read_settings(path: Path) -> Settings:
    """The settings at ``path``. A missing or unreadable file is no reason to stop: it gives the defaults."""
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return Settings()
    kept = {name: found.get(name) for name in _TEXTS}
    folders = found.get("pack_to")
    listed = [one for one in folders if isinstance(one, str)] if isinstance(folders, list) else []
    return Settings(
        **{name: value[:_LIMIT] for name, value in kept.items() if isinstance(value, str)},
        pack_to=tuple(one for one in listed[:_MOST_PATHS] if 0 < len(one) <= _LONGEST_PATH),
        passphrase_ms=_count(found.get("passphrase_ms")),
        room_low_mb=_megabytes(found, "room_low_mb"),
        room_urgent_mb=_megabytes(found, "room_urgent_mb"),
        lock_minutes=_count(found.get("lock_minutes")),
    )


def write_settings(path: Path, settings: Settings) -> None:
    """Put the settings in place in one step, so that a power cut leaves the old or the new ones.

    A disk that takes nothing loses a convenience, not a record: the old file stays.
    """
    lines = [f"{name} = {_quoted(getattr(settings, name)[:_LIMIT])}\n" for name in _TEXTS]
    if settings.pack_to:
        lines.append(f"pack_to = [{', '.join(map(_quoted, settings.pack_to))}]\n")
    if settings.passphrase_ms:
        lines.append(f"passphrase_ms = {settings.passphrase_ms}\n")
    if settings.lock_minutes:
        lines.append(f"lock_minutes = {settings.lock_minutes}\n")
    lines += [
        f"{name} = {getattr(settings, name)}\n"
        for name in _ROOM
        if getattr(settings, name) != getattr(Settings(), name)
    ]
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, delete=False) as file:
            file.writelines(lines)
            # Renamed before its bytes are on the disk, it would be neither the old nor the new ones: it would be empty.
            file.flush()
            os.fsync(file.fileno())
        os.replace(file.name, path)
    except OSError:
        return


def remember(path: Path, **changes: Any) -> None:
    """Change some of the settings at ``path``."""
    write_settings(path, replace(read_settings(path), **changes))


def passphrase_ms(settings: Settings, env: Mapping[str, str] = os.environ) -> int:
    """How long opening with a new passphrase may take here, in milliseconds; the usual where nobody chose."""
    from db.cost import LEAST_MS, MOST_MS, USUAL_MS

    asked = _count(env.get("YIYANG_PASSPHRASE_MS", "")) or settings.passphrase_ms
    return min(max(asked, LEAST_MS), MOST_MS) if asked else USUAL_MS


def passphrase_cost() -> "Cost":
    """What a new passphrase shall cost on this machine. Measures, so that it takes a second."""
    from db.cost import calibrate

    return calibrate(passphrase_ms(read_settings(settings_path())))


def _megabytes(found: dict[str, Any], name: str) -> int:
    value = found.get(name)
    return value if isinstance(value, int) and 0 < value <= _MOST_MB else int(getattr(Settings(), name))


def lock_s(settings: Settings) -> int:
    """After how many seconds without a key the screen locks: five minutes where nobody chose, one at least."""
    return 60 * (min(max(settings.lock_minutes, LEAST_LOCK), MOST_LOCK) if settings.lock_minutes else USUAL_LOCK)


def _count(said: object) -> int:
    if isinstance(said, str) and said.isascii() and said.isdigit():
        said = int(said[:9])
    return said if type(said) is int and said > 0 else 0


def _quoted(value: str) -> str:
    safe = "".join(char for char in value if char.isprintable())
    return '"' + safe.replace("\\", "\\\\").replace('"', '\\"') + '"'


def language_of(settings: Settings, env: Mapping[str, str] = os.environ, platform: str = sys.platform) -> str:
    """The language to start in: asked for, else Chinese where the terminal can show it."""
    asked = env.get("YIYANG_LANG") or settings.lang
    if asked in LANGUAGES:
        return asked
    return "zh" if shows_han(env, platform) else "en"


def theme_of(settings: Settings, env: Mapping[str, str] = os.environ, platform: str = sys.platform) -> str:
    """The look to start with: asked for (``plain`` or ``yiyang-plain``), else what the terminal can show."""
    from yiyang_tui.themes import THEMES  # loads Textual, which no command needs that only prints

    asked = env.get("YIYANG_THEME") or settings.theme
    for name in THEMES:
        if asked in (name, name.removeprefix("yiyang-")):
            return name
    return best_theme(env, platform)
