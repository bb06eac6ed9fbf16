"""Runs the benchmarks, each area in a process of its own; results and ratios go to bench/results.json.

    .venv/bin/python bench/run.py [area ...]

An area is a file beside this one, with its own options: bench/scoring.py --help.
"""

from __future__ import annotations

import subprocess
import sys

from bench_server import ROOT

AREAS = ["scoring", "tracking", "artifacts", "event_log", "drift", "monitoring"]


def main() -> int:
    wanted = sys.argv[1:] or AREAS
    unknown = [area for area in wanted if area not in AREAS]
    if unknown:
        print(f"bench: there is no area {', '.join(unknown)}; there are: {', '.join(AREAS)}", file=sys.stderr)
        return 64
    failed = []
    for area in wanted:
        print(f"== {area}", flush=True)
        if subprocess.run([sys.executable, str(ROOT / "bench" / f"{area}.py")]).returncode != 0:
            failed.append(area)
    if failed:
        print(f"bench: failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
