"""Runs a command and prints its seconds, processor seconds, peak of memory and status as a line of JSON.

    python -I -S bench/measure_process.py COMMAND [ARGUMENT ...]

A process takes over the peak of the one that started it, so this one is small: it imports nothing of size.
"""

import os
import sys
import time


def main() -> None:
    nowhere = os.open("/dev/null", os.O_WRONLY)
    begun = time.perf_counter()
    child = os.posix_spawn(
        sys.argv[1],
        sys.argv[1:],
        os.environ,
        file_actions=[(os.POSIX_SPAWN_DUP2, nowhere, 1), (os.POSIX_SPAWN_DUP2, nowhere, 2)],
    )
    _, status, usage = os.wait4(child, 0)
    seconds = time.perf_counter() - begun
    found = {
        "seconds": seconds,
        "cpu_seconds": usage.ru_utime + usage.ru_stime,
        "peak_bytes": usage.ru_maxrss * 1024,
        "status": os.waitstatus_to_exitcode(status),
    }
    print(str(found).replace("'", '"'))


if __name__ == "__main__":
    main()
