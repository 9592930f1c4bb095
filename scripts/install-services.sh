#!/bin/sh
# Installs the real services that some tests are held against, where this user may. What cannot be had is skipped by its tests, by name.
set -u

command -v redis-server >/dev/null 2>&1 && exit 0

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
  printf 'redis-server is not installed and cannot be installed by this user: its tests are skipped (apt-get install redis-server)\n' >&2
  exit 0
fi

printf 'Installing redis-server for its tests (once) ...\n' >&2
log=$(mktemp) || exit 0
trap 'rm -f "$log"' EXIT

# A package's service must not be started: the tests start their own, on a free port in a folder of their own.
policy=/usr/sbin/policy-rc.d
[ -e "$policy" ] || {
  printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod +x "$policy" && made=1
}

install() { DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends redis-server >"$log" 2>&1; }
install || { apt-get update -q >"$log" 2>&1 && install; } ||
  printf 'redis-server could not be installed: its tests are skipped (%s)\n' "$(tail -n 1 "$log")" >&2

[ "${made:-0}" = 1 ] && rm -f "$policy"
exit 0
