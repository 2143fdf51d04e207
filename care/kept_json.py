"""JSON objects out of the record. Rows come from other laptops too, and one of them may have written anything.

What does not read counts as an object that says nothing: no screen of the whole house goes dark for one row.
"""

import json
from typing import Any


def object_of(kept: str) -> dict[str, Any]:
    """The object that a column holds; empty for what is no JSON, no object, or nested beyond reading."""
    try:
        found = json.loads(kept)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return found if "\\u" not in kept else _writable(found)


def _writable(found: dict[str, Any]) -> dict[str, Any]:
    """Without halves of surrogate pairs: a terminal or a file cannot write them."""
    text = json.dumps(found, ensure_ascii=False)
    return found if _is_utf8(text) else dict(json.loads(text.encode("utf-8", "replace")))


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
