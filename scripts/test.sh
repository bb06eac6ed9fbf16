#!/usr/bin/env bash
# Runs every test, goes on after a failure, and ends with a summary. Status 0 only when all of it passed.
set -uo pipefail
cd "$(dirname "$0")/.."

summary=()
failed=0

stage() {
    local name=$1 start=$SECONDS outcome=passed
    shift
    printf '\n== %s\n' "$name"
    "$@" || { outcome=FAILED; failed=1; }
    summary+=("$(printf '%-34s %-6s %5d s' "$name" "$outcome" $((SECONDS - start)))")
    [ "$outcome" = passed ]
}

finish() {
    printf '\n== summary\n'
    printf '%s\n' "${summary[@]}"
    if [ "$failed" = 0 ]; then echo "everything passed"; else echo "there are failures: see above"; fi
    exit "$failed"
}

stage "set-up" scripts/setup.sh --test || finish
stage "lint" scripts/lint.sh
stage "build, with import check" \
    swift build --build-tests --explicit-target-dependency-import-check error || finish
# Few tests at a time: hundreds at once wait for two cores until their clients give up.
export SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=8
# Tests that compute for long come apart from those that talk to a server of their own, which they would keep waiting.
computing='^(Statistics|Reports|Monitoring|Filters|FuzzTargets|Retraining|Inference|Lake)Tests\.'
stage "unit tests that compute" swift test --skip-build --filter "$computing"
stage "unit and component tests" swift test --skip-build --skip "$computing"
stage "domains on PostgreSQL" env MARTLET_TEST_DATABASE=postgres swift test --skip-build \
    --filter '^(Tracking|Registry|Catalogue|Pipelines|Retraining|MLflowAPI|MartletAPI)Tests\.|^MonitoringTests\.Monitor(Service|OnTopics)'
stage "contract tests, real clients" .venv/bin/python -m pytest contract
finish
