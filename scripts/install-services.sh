#!/bin/sh
# Installs the real services that some tests are held against, where this user may. What cannot be had is skipped by its tests, by name.
set -u

# What is looked for, and the package that brings it. Debian keeps PostgreSQL's programs out of the path.
missing=''
command -v redis-server >/dev/null 2>&1 || missing="$missing redis-server"
command -v postgres >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || missing="$missing postgresql"
command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 || missing="$missing chromium"
[ -z "$missing" ] && exit 0

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
  printf 'not installed, and cannot be installed by this user: their tests are skipped (apt-get install%s)\n' "$missing" >&2
  exit 0
fi

log=$(mktemp) || exit 0
trap 'rm -f "$log"' EXIT

# A package's service must not be started: the tests start their own, on a free port in a folder of their own.
policy=/usr/sbin/policy-rc.d
[ -e "$policy" ] || {
  printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod +x "$policy" && made=1
}

# Nor is a cluster wanted that nobody asked for.
cluster=/etc/postgresql-common/createcluster.d/quadrant-tests.conf
case $missing in *postgresql*)
  mkdir -p "${cluster%/*}" && printf 'create_main_cluster = false\nstart_conf = manual\n' >"$cluster" && wrote=1 ;;
esac

install() { DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$1" >"$log" 2>&1; }

for package in $missing; do
  printf 'Installing %s for its tests (once) ...\n' "$package" >&2
  install "$package" || { apt-get update -q >"$log" 2>&1 && install "$package"; } ||
    printf '%s could not be installed: its tests are skipped (%s)\n' "$package" "$(tail -n 1 "$log")" >&2
done

[ "${made:-0}" = 1 ] && rm -f "$policy"
[ "${wrote:-0}" = 1 ] && rm -f "$cluster"
exit 0
