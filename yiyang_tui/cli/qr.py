"""A QR code in the terminal, so that a telephone takes up what would else be typed.

A window of 24 rows does not show a long code whole: then it comes in parts, to be read one after the other. Text in
groups knows the order of its groups, so that the parts are put together by pasting them.
"""

import shutil
import sys

_QUIET = 2
_GROUP = 6
_MOST_PARTS = 6
_BLOCKS = {(0, 0): "█", (0, 1): "▀", (1, 0): "▄", (1, 1): " "}
# Light on dark whatever colours the terminal has: many readers take no code that is the other way round.
_ON, _OFF = "\x1b[97;40m", "\x1b[0m"


def draw(text: str) -> list[str]:
    """The code of some text, two rows of it in each line; a light square is drawn, a dark one left empty."""
    import segno

    code = segno.make_qr(text, error="l", boost_error=False)
    rows = [list(row) for row in code.matrix_iter(border=_QUIET)]
    if len(rows) % 2:
        rows.append([0] * len(rows[0]))
    pairs = zip(rows[::2], rows[1::2], strict=True)
    return ["".join(_BLOCKS[int(bool(up)), int(bool(low))] for up, low in zip(*pair, strict=True)) for pair in pairs]


def drawn(text: str, columns: int, lines: int) -> list[list[str]]:
    """The code in as few parts as fit a window of that size; none where even many would not."""
    groups = len(text) // _GROUP
    for count in range(1, _MOST_PARTS + 1):
        each = -(-groups // count) * _GROUP
        parts = [draw(text[at : at + each]) for at in range(0, len(text), each)]
        # The question below it, and the line where the cursor stands.
        if all(len(part) + 2 <= lines and len(part[0]) <= columns for part in parts):
            return parts
    return []


def show_code(text: str) -> None:
    """The code on standard output, where it is a terminal that is large enough and has these signs."""
    from yiyang_tui.words import t

    if not sys.stdout.isatty():
        return
    try:
        "█▀▄".encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return
    size = shutil.get_terminal_size()
    parts = drawn(text, size.columns, size.lines)
    for at, part in enumerate(parts, 1):
        for line in part:
            sys.stdout.write(f"{_ON}{line}{_OFF}\n")
        if len(parts) > 1:
            sys.stdout.write(t("cli.vault.recover.part", n=at, of=len(parts)))
            sys.stdout.flush()
            if sys.stdin.isatty():
                sys.stdin.readline()
            else:
                sys.stdout.write("\n")
    sys.stdout.write("\n")
    sys.stdout.flush()
