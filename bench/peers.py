"""What the harsh rounds cost others, beside ours: a column file, and the protocol that CHT and many others sync by.

Neither is needed to work on Yiyang: parquet is measured where ``pip install yiyang[peers]`` was run, PouchDB
where ``node`` and ``npm`` are, which then fetch it. What is not there is named and left out.
"""

import io
import json
import shutil
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from bench.figure import Figure
from bench.wire import json_lines, sealed
from bench.workload import harsh

ROUNDS = 20_000
REPLICATED = 5_000
"""For PouchDB: its cost a round does not depend on how many there are."""
_HERE = Path(__file__).parent / "pouchdb"
_PATIENCE_S = 600


def figures() -> list[Figure]:
    """Bytes a round of the peers that are here, each beside ours."""
    found = []
    if find_spec("pyarrow") is None:
        _left_out("parquet", "pyarrow is not installed")
    else:
        found += _parquet()
    if shutil.which("node") is None or shutil.which("npm") is None:
        _left_out("PouchDB", "node and npm are not installed")
    else:
        found += _pouchdb()
    return found


def _parquet() -> list[Figure]:
    from pyarrow import json as arrow
    from pyarrow import parquet

    entries = harsh(ROUNDS)
    kept = io.BytesIO()
    table = arrow.read_json(io.BytesIO(json_lines(entries)))
    parquet.write_table(table, kept, compression="zstd", compression_level=19)
    ours = f"ours, sealed: {len(sealed(entries)) / ROUNDS:.1f} B/round"
    return [Figure("harsh: parquet, zstd -19, random UUIDs", len(kept.getvalue()) / ROUNDS, "B/round", ours)]


def _pouchdb() -> list[Figure]:
    entries = harsh(REPLICATED)
    with tempfile.TemporaryDirectory() as place:
        here = Path(place)
        for name in ("package.json", "replicate.cjs"):
            shutil.copy(_HERE / name, here)
        rows = here / "rounds.jsonl"
        rows.write_bytes(json_lines(entries))
        npm, node = (str(shutil.which(name)) for name in ("npm", "node"))
        fetched = subprocess.run(
            [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts"],
            cwd=here,
            capture_output=True,
            timeout=_PATIENCE_S,
            check=False,
        )
        if fetched.returncode:
            _left_out("PouchDB", "npm could not fetch it")
            return []
        done = subprocess.run(
            [node, "replicate.cjs", str(rows)], cwd=here, capture_output=True, timeout=_PATIENCE_S, check=True
        )
    said = json.loads(done.stdout)
    if said["arrived"] != REPLICATED:
        raise RuntimeError(f"PouchDB: {said['arrived']} of {REPLICATED} rounds arrived")
    ours = f"ours, sealed: {len(sealed(entries)) / REPLICATED:.1f} B/round"
    return [
        Figure("harsh: PouchDB to express-pouchdb", said["bytes"] / REPLICATED, "B/round", ours),
        Figure(f"requests of PouchDB for {REPLICATED:,} rounds", said["requests"], ""),
    ]


def _left_out(what: str, why: str) -> None:
    sys.stderr.write(f"{what} is not measured: {why}\n")
