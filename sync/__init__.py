"""Middle floor: how the record travels. Batches, exchange, merge, the county server."""
