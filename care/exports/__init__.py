"""Tables that leave the record: without names by default, with names only by an act of two persons."""
