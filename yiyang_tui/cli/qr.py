"""A QR code in the terminal, so that a telephone takes up what would else be typed."""

import shutil
import sys

_QUIET = 2
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


def show_code(text: str) -> None:
    """The code on standard output, where it is a terminal that is wide enough and has these signs."""
    if not sys.stdout.isatty():
        return
    lines = draw(text)
    try:
        "█▀▄".encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return
    if shutil.get_terminal_size().columns < len(lines[0]):
        return
    for line in lines:
        sys.stdout.write(f"{_ON}{line}{_OFF}\n")
    sys.stdout.write("\n")
    sys.stdout.flush()
