"""Run a command that ends when its parent ends, however the parent ends.

Used as a script: ``python tether.py PARENT-PID COMMAND…``. It asks the kernel (Linux) for a SIGTERM on the
parent's death and then becomes the command, under the same process number. A ``preexec_fn`` would do the
same, but is not safe in a process with threads. Elsewhere than on Linux the command just runs; what is left
over after a crash is then stopped by the next start.
"""

import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def end_with_parent(parent: int) -> None:
    """Have the kernel send this process a SIGTERM when its parent ends."""
    if sys.platform != "linux":
        return
    import ctypes  # noqa: PLC0415

    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it ended before we asked
        sys.exit(1)


if __name__ == "__main__":
    end_with_parent(int(sys.argv[1]))
    os.execvp(sys.argv[2], sys.argv[2:])  # noqa: S606 - the command is ours, no shell is wanted
