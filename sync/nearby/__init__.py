"""Without a county: two laptops of a pair in one room, found by name, both proving who they are."""
