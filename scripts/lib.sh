# shellcheck shell=bash
# What the scripts beside this file share. Sourced, never run.

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }
die() { say "$*"; exit 1; }
has() { command -v "$1" >/dev/null 2>&1; }

as_root() {
    if [[ $EUID -eq 0 ]]; then "$@"
    elif has sudo; then sudo "$@"
    else say "'$*' needs root and there is no sudo"; return 1
    fi
}

apt_install() {
    has apt-get || { say "cannot install $*: there is no apt-get here"; return 1; }
    say "installing $*"
    as_root apt-get update -q >&2 &&
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "$@" >&2
}

# A port of 127.0.0.1 on which nothing answers.
free_port() {
    local port
    for _ in {1..50}; do
        port=$((20000 + RANDOM % 10000))
        if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
            echo "$port"
            return
        fi
    done
    say "found no free port"
    return 1
}

# Installs the locked npm packages of a folder, unless they are there.
npm_packages() {
    has npm || die "Node.js 20 or newer with npm is needed"
    if [[ ! $1/node_modules/.package-lock.json -nt $1/package-lock.json ]]; then
        npm ci --prefix "$1" >&2
    fi
}
