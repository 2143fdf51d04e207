"""``make check-pack``: a pack is opened by the script in its own page. Needs node, which no test does."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from care.pack.passphrase import Card, grouped, new_digits
from yiyang_tui import words
from yiyang_tui.pack.document import Line, Lines, Pack, Page, Table, cell, to_json
from yiyang_tui.pack.locked import lock

EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(2)>"
CARD = Card("K27", new_digits(), 0)
TABLE = Table("people", ("床位", "姓名"), ((cell("101-1", kind="large"), cell(EVIL, kind="warning")),), "一楼")
PACK = Pack("zh", (Page("老人", "青山镇两院", (Lines((Line("李秀英"), Line("", "space"))), TABLE)),))
# What elements a pack is made of, whatever somebody typed.
TAGS = {"section", "h1", "h2", "div", "span", "table", "colgroup", "col", "thead", "tbody", "tr", "th", "td"}


def opened(file: Path, *typed: str) -> list[dict[str, Any]]:
    """What the page says and shows for each passphrase typed."""
    script = Path(__file__).with_name("open_pack.mjs")
    ran = subprocess.run(["node", str(script), str(file), *typed], capture_output=True, text=True, check=True)
    return list(json.loads(ran.stdout))


def main() -> int:
    """Type what people type; say what went wrong."""
    words.use("zh")
    other = new_digits()
    slipped = other[:-1] + str((int(other[-1]) + 1) % 10)
    wide = "".join(chr(ord(one) + 0xFEE0) if one.isdigit() else "　" for one in grouped(CARD.digits))
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "pack.html"
        file.write_text(lock(to_json(PACK), CARD, "2026-11-22 21:04"), "utf-8")
        right, as_wide, miscounted, mistyped, wrong = opened(file, grouped(CARD.digits), wide, "1234", slipped, other)
    for one in (right, as_wide):
        texts = [each["text"] for each in one["shown"]]
        assert (one["said"], one["left"], one["open"]) == ("", "", True), one
        assert {"老人", "青山镇两院", "一楼", "李秀英", "101-1", EVIL} <= set(texts), texts
        assert {each["tag"] for each in one["shown"]} <= TAGS
        assert [each["kind"] for each in one["shown"] if each["text"] == EVIL] == ["warning"]
    for one, said in ((miscounted, "现在是 4 位"), (mistyped, "有一位数字输错了"), (wrong, "卡号 K27")):
        assert said in one["said"], one
        assert (one["open"], one["shown"]) == (False, []), one
    words_said = "the page's own script opens a pack, tells a slip from another card, and shows markup as text"
    sys.stdout.write(f"{words_said}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
