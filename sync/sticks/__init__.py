"""Without a network: batches and statements on a USB stick, one age file with a plain tar inside."""
