"""A program that dies with the record open leaves no image of its memory."""

import subprocess
import sys
from pathlib import Path

from db.keys import FLOOR
from db.vault import create_vault
from tests.db.conftest import NUMBER, PASSPHRASE

_SAYS = """
import resource, sys
from pathlib import Path
from db.vault import open_vault
hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
open_vault(Path(sys.argv[1]), *sys.argv[2:]).close()
print(resource.getrlimit(resource.RLIMIT_CORE))
"""


def test_with_the_record_open_the_system_writes_no_core(record_path: Path) -> None:
    create_vault(record_path, NUMBER, PASSPHRASE, cost=FLOOR).close()
    words = [sys.executable, "-c", _SAYS, str(record_path), NUMBER, PASSPHRASE]
    said = subprocess.run(words, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True)
    assert said.stdout == "(0, 0)\n"
