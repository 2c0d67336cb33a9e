#!/usr/bin/env bash
# Measures yingda, the raw relay and the socket.io peer in one run. Starts a private PostgreSQL and the peer, ends both.
# Usage: bench/peer/compare.sh [options of `yingda bench chat`]
set -euo pipefail
cd "$(dirname "$0")/../.."
. tools/install.sh
install_packages "for the peer's store" postgresql
install_node
binary=${YINGDA_BINARY:-build/release/yingda}
[ -x "$binary" ] || die "build first: ./run --build-only"
[ -d bench/peer/node_modules ] || (cd bench/peer && npm install --silent --no-audit --no-fund)
folder=$(mktemp -d)
chmod 755 "$folder"
url=$(tools/pg_test_server.sh start "$folder" | tail -1)
port=$((20000 + RANDOM % 20000))
node bench/peer/server.mjs "$port" "$url" &
peer=$!
trap 'kill "$peer" 2>/dev/null || true; tools/pg_test_server.sh stop "$folder" >/dev/null 2>&1 || true; rm -rf "$folder"' EXIT
for _ in $(seq 50); do (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && break; sleep 0.2; done
"$binary" bench chat --peer "127.0.0.1:$port" "$@"
