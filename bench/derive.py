"""What deriving the key of a record from its passphrase takes here: ``python -m bench.derive RECORD``, seconds.

A program of its own, so that it is slowed down as the application is.
"""

import sys
import time
from pathlib import Path

from bench.record import NUMBER, PASSPHRASE
from db.keys import envelope_path, read_envelope
from db.slots import unwrap

if __name__ == "__main__":
    envelope = read_envelope(envelope_path(Path(sys.argv[1])))
    began = time.perf_counter()
    unwrap(envelope, NUMBER, PASSPHRASE)
    print(f"derived in {time.perf_counter() - began:.6f} s.")
