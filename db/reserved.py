"""Lists of the county that are for the program and for no eye: their names begin with a mark that no other may have."""

from typing import Final

MARK: Final = "_"
"""A catalogue whose name begins so is not shown, and cannot be published by hand."""

PSEUDONYMS: Final = "_pseudonyms"
"""Holds one item: by which key the pair's exports name people."""

PSEUDONYM_KEY: Final = "key"
"""The code of that item, and the name of its fact: 32 bytes, as hex."""
