#!/usr/bin/env bash
# Format and style of every language in the tree; changes nothing. `swift format -i` and `ruff format` do.
set -uo pipefail
cd "$(dirname "$0")/.."

status=0
swift format lint --strict --parallel --recursive Sources Tests Fuzz bench Package.swift || status=1
.venv/bin/ruff check --quiet . || status=1
.venv/bin/ruff format --quiet --check . || status=1
for script in scripts/*.sh .ci/run; do bash -n "$script" || status=1; done
exit $status
