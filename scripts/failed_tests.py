#!/usr/bin/env python3
"""Prints the tests that failed according to an xUnit report of Swift Testing, as patterns for `swift test --filter`."""

import pathlib
import re
import sys
import xml.etree.ElementTree

report = pathlib.Path(sys.argv[1])
if report.exists():
    for case in xml.etree.ElementTree.parse(report).iter("testcase"):
        if case.find("failure") is not None:
            name = case.get("classname", "") + "/" + case.get("name", "").rpartition("(")[0]
            print("^" + re.sub(r"[^A-Za-z0-9_/]", ".", name) + r"\(")
