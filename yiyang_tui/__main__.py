"""``yiyang`` and ``python -m yiyang_tui``: with no arguments the application, else the command line."""

import os
import sys

# A line on the screen before anything slow. Both languages at once: choosing one would mean reading settings first.
OPENING = "医养 Yiyang\n"


def main(argv: list[str] | None = None) -> int:
    """Start the application, or the command that ``argv`` names. Returns the exit code."""
    words = sys.argv[1:] if argv is None else argv
    if words:
        from yiyang_tui.cli.main import run

        return int(run(words))
    return open_application()


def open_application() -> int:
    """The application on this user's record: one line, the sign-in screen, the data layer in a thread."""
    import gc

    gc.disable()
    _one_line()

    from yiyang_tui import settings
    from yiyang_tui.app import make_app
    from yiyang_tui.terminal import shows_han

    chosen = settings.read_settings(settings.settings_path())
    app = make_app(settings.vault_path(), settings.language_of(chosen), settings.theme_of(chosen))
    if not shows_han(os.environ, sys.platform):
        from yiyang_tui.words import catalogue

        sys.stdout.write(catalogue("en")["app.no_han"] + "\n")
    app.run()
    if app.session is not None and not app.return_code:
        from yiyang_tui.words import t

        sys.stdout.write(t("app.closed") + "\n")
    return app.return_code or 0


def _one_line() -> None:
    encoding = sys.stdout.encoding or "ascii"
    sys.stdout.write(OPENING.encode(encoding, "replace").decode(encoding))
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
