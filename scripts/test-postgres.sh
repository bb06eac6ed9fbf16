#!/usr/bin/env bash
# Runs a PostgreSQL server for tests in FOLDER, which must not exist: prints its address once it answers, and ends, with
# the folder, when standard input ends. So it cannot outlive the process that started it, however that one ends.
# It listens on a socket in the folder, or with PORT on 127.0.0.1 as well. Text sorts as in English unless a column says
# otherwise, so that what relies on an order must ask for it.
set -euo pipefail
[ $# -ge 1 ] || { echo "usage: scripts/test-postgres.sh FOLDER [PORT]" >&2; exit 64; }
folder=$1 port=${2:-}
programs=$(find /usr/lib/postgresql -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -n 1)
[ -n "$programs" ] || { echo "PostgreSQL is missing: scripts/setup.sh --test installs it" >&2; exit 1; }

mkdir -m 700 "$folder"
server=
finish() {
    [ -z "$server" ] || { kill -INT "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; }
    rm -rf "$folder"
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

# PostgreSQL refuses to run as root.
as_user=()
if [ "$(id -u)" = 0 ]; then
    chown postgres "$folder"
    as_user=(setpriv --reuid=postgres --regid=postgres --init-groups)
fi
cd "$folder"
"${as_user[@]}" "$programs/initdb" --pgdata data --username martlet --auth trust --encoding UTF8 --no-sync \
    --locale C.UTF-8 --locale-provider icu --icu-locale en-US >initdb.log 2>&1 </dev/null || { cat initdb.log >&2; exit 1; }
"${as_user[@]}" "$programs/postgres" -D data -k "$folder" -c "listen_addresses=${port:+127.0.0.1}" -p "${port:-5432}" \
    -c fsync=off -c full_page_writes=off -c max_connections=500 -c shared_buffers=64MB >server.log 2>&1 </dev/null &
server=$!
until "$programs/pg_isready" --quiet --host "$folder" --port "${port:-5432}"; do
    kill -0 "$server" 2>/dev/null || { cat server.log >&2; exit 1; }
    sleep 0.05
done
if [ -n "$port" ]; then
    echo "postgres://martlet@127.0.0.1:$port/postgres"
else
    echo "postgres://martlet@/postgres?host=$folder"
fi
cat >/dev/null
