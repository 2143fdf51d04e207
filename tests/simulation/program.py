"""The simulator as a program of its own: it changes time and chance for a whole process."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def simulated(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run ``python -m tests.simulation`` to its end."""
    command = [sys.executable, "-m", "tests.simulation", *arguments]
    # Said beforehand: else the program begins anew by itself to say it, and loads everything twice.
    settled = {**os.environ, "PYTHONHASHSEED": "0"}
    return subprocess.run(command, cwd=ROOT, env=settled, capture_output=True, text=True, check=False)
