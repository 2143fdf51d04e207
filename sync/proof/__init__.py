"""Where each record is, and the proof of it: receipts against batches, batches against tables, both sides' tables."""
