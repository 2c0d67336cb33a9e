#!/usr/bin/env bash
# Keeps a store of the current schema under tests/fixtures, once a release: later versions must still open it.
# Usage: tools/make_fixture.sh VERSION   (after ./run --build-only)
set -euo pipefail
cd "$(dirname "$0")/.."
version=${1:?usage: tools/make_fixture.sh VERSION}
mkdir -p tests/fixtures
file=tests/fixtures/schema-$version.db
[ ! -e "$file" ] || { echo "$file exists: a released schema is never written again" >&2; exit 1; }
folder=$(mktemp -d)
trap 'kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT
build/release/yingda serve --demo --data "$folder/data" --listen 127.0.0.1:0 >"$folder/log" 2>&1 &
server=$!
for _ in $(seq 100); do grep -q 'http://' "$folder/log" && break; sleep 0.1; done
sleep 1
build/release/yingda backup "$folder/copy.db" --data "$folder/data" >/dev/null
cp "$folder/copy.db" "$file"
ls -l "$file"
