#!/usr/bin/env bash
# Makes this checkout ready to build and run: Debian packages, and .venv from the lock files.
# Does nothing, quickly, when everything is there. With --test also what the tests need; with --bench what those and the
# benchmarks need: other servers to be measured beside.
set -euo pipefail
cd "$(dirname "$0")/.."

tests=no bench=no
case "${1:-}" in
    "") ;;
    --test) tests=yes ;;
    --bench) tests=yes bench=yes ;;
    *) echo "usage: scripts/setup.sh [--test | --bench]" >&2; exit 64 ;;
esac

packages=(
    libmicrohttpd-dev libsqlite3-dev librdkafka-dev libsimdjson-dev libsodium-dev libssl-dev libyaml-dev
    libcurl4-openssl-dev libpq-dev zlib1g-dev liblz4-dev libzstd-dev libsnappy-dev pkg-config python3 python3-venv libpython3.11 git
)
test_packages=(kcat curl chromium fonts-liberation openjdk-17-jdk-headless postgresql wrk)
bench_packages=(gcc libc6-dev libnats-dev libhiredis-dev redis-server)
[ "$tests" = no ] || packages+=("${test_packages[@]}")
[ "$bench" = no ] || packages+=("${bench_packages[@]}")

say() { printf '%s\n' "setup: $*"; }

stop() { printf '%s\n' "setup: $*" >&2; exit 1; }

missing_packages() {
    local package
    for package in "${packages[@]}"; do
        # The status of a package that was never heard of is an error: missing too.
        [ "$(dpkg-query --show --showformat '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] \
            || printf '%s ' "$package"
    done
}

install_packages() {
    local missing run=()
    missing=$(missing_packages)
    [ -n "$missing" ] || return 0
    if [ "$(id -u)" != 0 ]; then
        if command -v sudo >/dev/null && { sudo -n true 2>/dev/null || { [ -t 0 ] && sudo -v; }; }; then
            run=(sudo)
        else
            stop "these Debian packages are missing, and installing them needs root:
    apt-get install $missing"
        fi
    fi
    say "installing $missing"
    # shellcheck disable=SC2086  # a list of names
    "${run[@]}" env DEBIAN_FRONTEND=noninteractive sh -c \
        'apt-get update -qq && apt-get install -y -qq --no-install-recommends "$@"' apt $missing >/dev/null \
        || stop "apt-get could not install: $missing"
}

# The stamp in .venv holds the hash of the lock file it was made from, so that a changed lock is noticed.
hash_of() { sha256sum "$@" | sha256sum | cut -d' ' -f1; }

stamped() { [ "$(cat ".venv/$1.stamp" 2>/dev/null)" = "$2" ]; }

make_venv() {
    local run_time
    run_time=$(hash_of requirements.lock)
    if ! stamped run-time "$run_time" || ! .venv/bin/python -c '' 2>/dev/null; then
        say "making .venv from requirements.lock"
        rm -rf .venv
        /usr/bin/python3 -m venv .venv
        .venv/bin/pip install --quiet --disable-pip-version-check --requirement requirements.lock
        echo "$run_time" >.venv/run-time.stamp
    fi
    # `import martlet` finds the package in this checkout.
    echo "$PWD/python" >"$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/martlet.pth"
}

add_test_requirements() {
    local both
    both=$(hash_of requirements.lock requirements-test.lock)
    if ! stamped test "$both"; then
        say "adding requirements-test.lock to .venv"
        .venv/bin/pip install --quiet --disable-pip-version-check --requirement requirements-test.lock
        echo "$both" >.venv/test.stamp
    fi
}

add_bench_requirements() {
    local all
    all=$(hash_of requirements.lock requirements-test.lock requirements-bench.lock)
    if ! stamped bench "$all"; then
        say "adding requirements-bench.lock to .venv"
        .venv/bin/pip install --quiet --disable-pip-version-check --requirement requirements-bench.lock
        echo "$all" >.venv/bench.stamp
    fi
}

command -v swift >/dev/null || stop "swift is missing: install the Swift 6.3 toolchain (https://www.swift.org/install)"
install_packages
/usr/bin/python3 -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' \
    || stop "/usr/bin/python3 is not Python 3.11, which the lock files are made for: use Debian 12"
make_venv
[ "$tests" = no ] || add_test_requirements
[ "$bench" = no ] || add_bench_requirements
