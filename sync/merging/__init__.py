"""Coming together: entries of batches applied to tables, by one piece of code on laptop and county."""
