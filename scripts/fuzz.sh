#!/usr/bin/env bash
# Feeds each decoder with bytes that libFuzzer makes, for SECONDS each (600), and keeps what reached new code in
# Fuzz/corpus. Status 1, and the input in .build/fuzz/findings, where one was made to trap, hang or grow.
#   scripts/fuzz.sh [TARGET...]
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${SECONDS_EACH:-600}
build=.build/fuzz
export MARTLET_FUZZ=1
swift build --configuration release --sanitize fuzzer --scratch-path "$build/build" --product martlet-fuzz
program=$build/build/release/martlet-fuzz

targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=(kafka-request record-batch json yaml filter http-target csv)

status=0
mkdir -p "$build/findings"
for target in "${targets[@]}"; do
    echo "fuzz: $target for $seconds s"
    corpus=$build/corpus/$target
    .venv/bin/python Fuzz/corpus.py unpack "Fuzz/corpus/$target.hex" "$corpus"
    export MARTLET_FUZZ_TARGET=$target
    log=$build/$target.log
    if ! "$program" "$corpus" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=4096 \
        -artifact_prefix="$build/findings/$target-" -print_final_stats=1 >"$log" 2>&1; then
        echo "fuzz: $target: a finding, see $log and $build/findings"
        status=1
        continue
    fi
    grep -E 'number_of_executed_units|average_exec_per_sec' "$log"
    rm -rf "$corpus.small" && mkdir "$corpus.small"
    "$program" -merge=1 "$corpus.small" "$corpus" >>"$log" 2>&1
    .venv/bin/python Fuzz/corpus.py pack "$corpus.small" "Fuzz/corpus/$target.hex"
done
exit $status
