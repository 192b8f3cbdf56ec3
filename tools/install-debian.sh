#!/bin/sh
# Installs the named Debian packages, where they are not installed yet:
#
#   tools/install-debian.sh apache2 chromium
#   tools/install-debian.sh podman runc iptables debootstrap
#
# Does nothing, quickly, when all of them are there. Needs root, or sudo.
set -eu

missing=""
for package in "$@"; do
    if ! dpkg-query --show --showformat '${db:Status-Status}' "$package" 2>/dev/null |
        grep -qx installed; then
        missing="$missing $package"
    fi
done
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null; then
    echo "this is not Debian: please install$missing by hand" >&2
    exit 1
fi

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        echo "root is needed to install$missing, and sudo is not there" >&2
        exit 1
    fi
}

echo "Installing Debian's packages as root:$missing (Ctrl-C stops it) …"
# Services of what is installed must not start: the tests start their own, where they want them.
as_root apt-get update -qq
# shellcheck disable=SC2086 # one word a package is what is wanted
as_root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 \
    apt-get install -qq --yes --no-install-recommends $missing >/dev/null
