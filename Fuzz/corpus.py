"""Keeps a corpus in the tree as one file of hexadecimal lines, and lays it out as libFuzzer wants it.

corpus.py unpack FILE.hex FOLDER     one file for each line
corpus.py pack FOLDER FILE.hex       one line for each file beside those that are there, at most 400 of at most 2 KiB
"""

from __future__ import annotations

import hashlib
import pathlib
import sys

MOST = 400
LONGEST = 2_048


def unpack(source: pathlib.Path, folder: pathlib.Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for line in source.read_text().splitlines() if source.exists() else []:
        content = bytes.fromhex(line)
        (folder / hashlib.sha1(content).hexdigest()).write_bytes(content)


def pack(folder: pathlib.Path, target: pathlib.Path) -> None:
    kept = {bytes.fromhex(line) for line in target.read_text().splitlines()} if target.exists() else set()
    found = {path.read_bytes() for path in folder.iterdir()} - kept
    new = sorted((content for content in found if len(content) <= LONGEST), key=in_order)
    room = max(0, MOST - len(kept))
    # Short and long ones alike: the shortest alone would all be cut off early.
    kept.update(new[index * len(new) // room] for index in range(room) if len(new) > room)
    kept.update(new if len(new) <= room else [])
    target.write_text("".join(f"{content.hex()}\n" for content in sorted(kept, key=in_order)))


def in_order(content: bytes) -> tuple[int, bytes]:
    return len(content), content


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["unpack", source, folder]:
            unpack(pathlib.Path(source), pathlib.Path(folder))
        case ["pack", folder, target]:
            pack(pathlib.Path(folder), pathlib.Path(target))
        case _:
            sys.exit(__doc__)
