#!/bin/sh
# Installs the pinned runtime and the packages of the lockfile. make calls it when the lockfile is newer than what is installed.
set -u

cd "$(dirname "$0")/.." || exit 1

# What failed, why, and the fix, as every error of this project says it.
fail() {
  printf 'error %s: %s\n  why: %s\n  fix: %s\n' "$1" "$2" "$3" "$4" >&2
  exit 1
}

command -v npm >/dev/null 2>&1 ||
  fail SETUP_NPM_MISSING 'npm was not found' 'npm installs the packages and the pinned runtime' \
    'install Node.js 18 or newer (it brings npm) from your system or nodejs.org, then run the command again'

major=$(node -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0)
[ "$major" -ge 18 ] ||
  fail SETUP_NODE_OLD "Node $major is too old to run npm for this project" 'npm needs Node 18 or newer; Quadrant itself brings its own' \
    'install Node.js 18 or newer, then run the command again'

log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT
trap 'exit 130' INT TERM

printf 'Installing the pinned runtime and packages (once, under a minute) ...\n' >&2

# No package's install script is run: the native parts come ready-made.
install() {
  npm "$@" --ignore-scripts --prefer-offline --no-audit --no-fund --loglevel=error \
    --fetch-retries=1 --fetch-retry-mintimeout=1000 --fetch-retry-maxtimeout=3000 >"$log" 2>&1 </dev/null
}

runtime_works() { node_modules/.bin/node --version >/dev/null 2>&1; }

# npm 9 (seen with 9.9.4 on Node 18) installs the runtime without linking its program into .bin.
link_runtime() {
  for program in node_modules/node-*/bin/node; do
    [ -x "$program" ] && ! runtime_works && ln -sf "../${program#node_modules/}" node_modules/.bin/node
  done
  return 0
}

# npm leaves out native parts whose package asks for a newer Node than the one npm runs on. They are for the pinned runtime,
# so npm runs a second time on that one and adds what is missing; where the system's Node is new enough, once does it.
install ci && {
  link_runtime
  [ "$major" -ge 24 ] || ! runtime_works || PATH="$PWD/node_modules/.bin:$PATH" install install --no-save
}
installed=$?

if [ "$installed" -ne 0 ]; then
  rm -f node_modules/.package-lock.json
  reason=$(grep -v '^npm warn' "$log" | grep -m 1 -E 'E[A-Z]{4,}|code|error' || head -n 1 "$log")
  case "$(cat "$log")" in
  *ENOTFOUND* | *EAI_AGAIN* | *ECONNREFUSED* | *ECONNRESET* | *ETIMEDOUT* | *ENETUNREACH* | *EHOSTUNREACH* | *ERR_SOCKET_TIMEOUT*)
    fail SETUP_NETWORK 'the packages could not be fetched' "the package registry did not answer ($reason)" \
      'check the network or the proxy (npm config get registry; npm config get proxy), then run the command again'
    ;;
  *ENOSPC*)
    fail SETUP_DISK_FULL 'the packages could not be written' 'the disk is full' 'free about 500 MB, then run the command again'
    ;;
  *EACCES* | *EPERM* | *EROFS*)
    fail SETUP_NOT_WRITABLE 'the packages could not be written' "this folder cannot be written ($reason)" \
      'take ownership of the folder or clone it to one of your own, then run the command again'
    ;;
  *)
    tail -n 20 "$log" >&2
    fail SETUP_INSTALL 'npm ci failed' "$reason" 'see the lines above; npm ci --ignore-scripts shows all of it'
    ;;
  esac
fi

link_runtime
runtime_works || [ "$major" -ge 24 ] || {
  rm -f node_modules/.package-lock.json
  fail SETUP_RUNTIME "no ready-made Node 24 runs on $(uname -sm)" 'the pinned runtime covers Linux and macOS on x64 and arm64, and Windows on x64' \
    'install Node.js 24 or newer from your system, then run the command again'
}

# The folder's own record is the stamp that make compares with the lockfile.
touch node_modules/.package-lock.json
