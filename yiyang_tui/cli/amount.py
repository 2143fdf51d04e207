"""Sizes as people type them: ``500k``, ``2M``, ``1.5 MB``, or plain bytes."""

import re

_SIZE = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,3})?) ?([kmg]?)b?", re.ASCII | re.IGNORECASE)
_EACH = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9}


def octets(text: str) -> int:
    """Bytes, at least one. Raises ``ValueError`` for what is no size."""
    found = _SIZE.fullmatch(text.strip())
    size = int(float(found[1]) * _EACH[found[2].lower()]) if found else 0
    if size < 1:
        raise ValueError("not a size")
    return size
