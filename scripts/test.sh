#!/usr/bin/env bash
# Runs every test, goes on after a failure, and ends with a summary. Status 0 only when all of it passed.
#
# A test that fails is run a second time, alone with the others that failed. What passes then is named in the summary as
# unsteady: a defect to mend, but not one that stops everybody else's work. What fails twice fails the run.
set -uo pipefail
cd "$(dirname "$0")/.."

results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
summary=()
unsteady=()
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
    if [ -s "$results/complaints" ]; then
        printf '\n== what failed\n'
        cut -c1-400 "$results/complaints" | tail -n 60
    fi
    if [ "${#unsteady[@]}" != 0 ]; then
        printf '\n== unsteady: failed, then passed when run again\n'
        printf '%s\n' "${unsteady[@]}"
    fi
    printf '\n== summary\n'
    printf '%s\n' "${summary[@]}"
    if [ "$failed" = 0 ]; then echo "everything passed"; else echo "there are failures: see above"; fi
    exit "$failed"
}

# Swift tests, chosen by the arguments.
swift_tests() {
    local report=$results/report again=()
    rm -f "$report"*
    swift test --skip-build --xunit-output "$report.xml" "$@" 2>&1 | tee "$results/log" && return 0
    grep -aE '✘|[Ff]atal error|exited with|signal' "$results/log" >>"$results/complaints"
    mapfile -t again < <(scripts/failed_tests.py "$report-swift-testing.xml")
    if [ "${#again[@]}" = 0 ]; then
        # It ended before its time, and nobody knows which test did it: all of them once more.
        printf '\n-- the tests did not come to their end; once more\n'
        swift test --skip-build "$@" 2>&1 | tee "$results/log"
    else
        printf '\n-- once more: %s\n' "${again[*]}"
        swift test --skip-build --filter "$(IFS='|'; echo "${again[*]}")" 2>&1 | tee "$results/log"
    fi || { grep -a '✘' "$results/log" >>"$results/complaints"; return 1; }
    unsteady+=("${again[@]:-a run that did not come to its end: swift test $*}")
}

on_postgres() { MARTLET_TEST_DATABASE=postgres "$@"; }

# Tests with real clients, chosen by the arguments.
contract_tests() {
    local pytest=(.venv/bin/python -m pytest "$@") again=()
    "${pytest[@]}" 2>&1 | tee "$results/log" && return 0
    grep -aE '^(FAILED|ERROR) ' "$results/log" >>"$results/complaints"
    mapfile -t again < <(grep -aE '^(FAILED|ERROR) ' "$results/log" | cut -d' ' -f2)
    [ "${#again[@]}" != 0 ] || return 1
    printf '\n-- once more: %s\n' "${again[*]}"
    "${pytest[@]}" --numprocesses 0 --last-failed 2>&1 | tee "$results/log" \
        || { grep -aE '^(FAILED|ERROR) ' "$results/log" >>"$results/complaints"; return 1; }
    unsteady+=("${again[@]}")
}

stage "set-up" scripts/setup.sh --test || finish
stage "lint" scripts/lint.sh
stage "build, with import check" \
    swift build --build-tests --explicit-target-dependency-import-check error || finish
# Few tests at a time: hundreds at once wait for two cores until their clients give up.
export SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=8
# Tests that compute for long come apart from those that talk to a server of their own, which they would keep waiting.
computing='^(Statistics|Reports|Monitoring|Filters|FuzzTargets|Retraining|Inference|Lake)Tests\.'
stage "unit tests that compute" swift_tests --filter "$computing"
stage "unit and component tests" swift_tests --skip "$computing"
stage "domains on PostgreSQL" on_postgres swift_tests \
    --filter '^(Tracking|Registry|Catalogue|Pipelines|Retraining|MLflowAPI|MartletAPI)Tests\.|^MonitoringTests\.Monitor(Service|OnTopics)'
# The demonstration needs both cores for itself. The others mostly wait: for clients, timeouts, and servers that start.
stage "contract tests, the demonstration" contract_tests contract/demo
stage "contract tests, real clients" contract_tests contract --ignore contract/demo --numprocesses 2 --dist loadgroup
finish
