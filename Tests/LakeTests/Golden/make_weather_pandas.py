"""Writes weather-pandas.tsv: what pandas says about the weather file, for the lake's import to be held against.

Run in the project's environment: python Tests/LakeTests/Golden/make_weather_pandas.py
"""

import hashlib
import struct
from pathlib import Path

import pandas


def content_hash(frame):
    """The lake's content hash, written again from its description."""
    columns = b""
    for name in frame.columns:
        code, number = {"int64": ("<q", 2), "float64": ("<d", 3)}[str(frame[name].dtype)]
        cells = b"".join(b"\x01" + struct.pack(code, value) for value in frame[name])
        columns += struct.pack("<I", len(name.encode())) + name.encode() + bytes([number])
        columns += hashlib.sha256(cells).digest()
    head = b"martlet-rows-1\n" + struct.pack("<IQ", len(frame.columns), len(frame))
    return hashlib.sha256(head + columns).hexdigest()


here = Path(__file__).parent
frame = pandas.read_csv(here.parents[2] / "examples/weather/data/noaa-rain.csv.gz")

with open(here / "weather-pandas.tsv", "w") as out:
    for rows, part in (("all", frame), ("first", frame.iloc[:3650])):
        out.write(f"{rows}\t\thash\t{content_hash(part)}\n")
        for name in part.columns:
            column = part[name]
            values = {
                "nulls": int(column.isna().sum()),
                "distinct": int(column.nunique()),
                "min": column.min(),
                "max": column.max(),
                "mean": column.mean(),
                "std": column.std(),
                "sum": column.sum(),
            }
            for share in (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99):
                values[f"q{share}"] = column.quantile(share)
            for key, value in values.items():
                out.write(f"{rows}\t{name}\t{key}\t{float(value)!r}\n")
