"""What the open record leaves in memory stays there: no image of it is written to the disk when the program dies."""

import sys


def keep_out_of_cores() -> None:
    """From now on a crash of this process leaves no core file: it would hold the key and the people in the clear."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
