#!/usr/bin/env bash
# A private PostgreSQL for tests: 127.0.0.1 only, a random password, fsync on.
#
#   tools/pg_test_server.sh start DIR      makes DIR (or takes an empty one), starts a server in it, prints its postgres:// URL
#   tools/pg_test_server.sh url DIR        prints the URL again
#   tools/pg_test_server.sh restart DIR    crashes the server (immediate shutdown) and starts it on the same port
#   tools/pg_test_server.sh stop DIR       stops it and removes what start made in DIR
#
# PostgreSQL refuses to run as root: then the server runs as user `postgres`, or as `yingda-pg`, made when needed.
set -euo pipefail

die() { echo "pg_test_server: $*" >&2; exit 1; }

[ $# -eq 2 ] || { sed -n '2,9s/^# \{0,1\}//p' "$0" >&2; exit 2; }
command=$1
mkdir -p "$2"
dir=$(cd "$2" && pwd)

bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1 || true)
[ -n "$bin" ] && [ -x "$bin/initdb" ] || bin=$(dirname "$(command -v initdb || true)")
[ -x "$bin/initdb" ] || die "no PostgreSQL server programs; install the package postgresql"

if [ "$(id -u)" = 0 ]; then
  owner=postgres
  if ! id -u "$owner" >/dev/null 2>&1; then
    owner=yingda-pg
    id -u "$owner" >/dev/null 2>&1 || useradd --system --no-create-home --shell /usr/sbin/nologin "$owner"
  fi
  as_owner() { (cd / && exec runuser -u "$owner" -- "$@"); }
else
  as_owner() { "$@"; }
fi
pg_ctl() { as_owner "$bin/pg_ctl" -D "$dir/data" -w -t 60 "$@"; }

start_on() { # port
  pg_ctl -l "$dir/server.log" -o "-p $1 -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections=100 -c shared_buffers=64MB" \
    start >/dev/null 2>&1
}

case $command in
  start)
    [ ! -e "$dir/data" ] || die "$dir holds a server already"
    if [ "$(id -u)" = 0 ]; then
      chown "$owner" "$dir"
      as_owner test -w "$dir" || die "user $owner cannot enter $dir; use a folder below /tmp"
    fi
    password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
    echo "$password" >"$dir/password"
    chmod 600 "$dir/password"
    [ "$(id -u)" != 0 ] || chown "$owner" "$dir/password"
    as_owner "$bin/initdb" -D "$dir/data" -U yingda --pwfile="$dir/password" --auth=scram-sha-256 --encoding=UTF8 \
      --locale=C.UTF-8 --no-sync >"$dir/initdb.log" 2>&1 || { cat "$dir/initdb.log" >&2; die "initdb failed"; }
    for _ in $(seq 20); do
      port=$((20000 + RANDOM % 12000))
      if start_on "$port"; then
        echo "postgres://yingda:$password@127.0.0.1:$port/postgres" >"$dir/url"
        chmod 600 "$dir/url"
        cat "$dir/url"
        exit 0
      fi
    done
    tail -5 "$dir/server.log" >&2
    die "the server did not start"
    ;;
  url) cat "$dir/url" ;;
  restart)
    port=$(sed 's|.*:\([0-9]*\)/.*|\1|' "$dir/url")
    pg_ctl -m immediate stop >/dev/null || true
    start_on "$port" || { tail -5 "$dir/server.log" >&2; die "the server did not come back"; }
    ;;
  stop)
    [ ! -e "$dir/data/postmaster.pid" ] || pg_ctl -m fast stop >/dev/null
    rm -rf "$dir/data" "$dir/server.log" "$dir/initdb.log" "$dir/password" "$dir/url"
    ;;
  *) die "unknown command $command" ;;
esac
