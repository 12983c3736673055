#!/bin/sh
# Installs the Debian packages that the tests use, when it may; otherwise names them and fails.
set -eu

missing=""
for pair in xgettext:gettext chromium:chromium curl:curl espeak-ng:espeak-ng sox:sox initdb:postgresql nginx:nginx nchan:libnginx-mod-nchan; do
    program=${pair%%:*} package=${pair#*:}
    case $program in
        initdb) ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing $package" ;;
        nchan) ls /usr/lib/nginx/modules/ngx_nchan_module.so >/dev/null 2>&1 || missing="$missing $package" ;;
        *) command -v "$program" >/dev/null 2>&1 || missing="$missing $package" ;;
    esac
done
[ -z "$missing" ] && exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing$missing ..."
    apt-get update -qq
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
else
    echo "The tests need these Debian packages; install them and run again:" >&2
    echo "    apt-get install$missing" >&2
    exit 1
fi
