#!/bin/sh
# Sets up what `make render` and `make test` need: tools/setup.sh VENV runtime|dev
# Python packages go into VENV. Debian packages are installed where this user may do so, else the command is printed.
set -eu

venv=$1
kind=$2

fail() {
    printf '%s\n' "$@" >&2
    exit 1
}

# Installs Debian packages, or tells the command and ends.
need_packages() {
    if ! command -v apt-get >/dev/null; then
        fail "This machine lacks: $*." "Install these (the names are Debian's), then run make again."
    fi
    if [ "$(id -u)" = 0 ]; then
        sudo=
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        sudo="sudo -n"
    else
        fail "Some system packages are missing. Run this, then make again:" "    sudo apt-get install $*"
    fi
    echo "Installing Debian packages: $*"
    $sudo apt-get update -qq
    DEBIAN_FRONTEND=noninteractive $sudo apt-get install -qq -y --no-install-recommends "$@" >/dev/null
}

find_python() {
    for candidate in "${PYTHON:-}" python3.11 python3.12 python3.13 python3; do
        if [ -n "$candidate" ] && command -v "$candidate" >/dev/null &&
            "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
}

python=$(find_python)
if [ -z "$python" ]; then
    need_packages python3 python3-venv
    python=$(find_python)
    [ -n "$python" ] || fail "consentkit needs Python 3.11 or newer; set PYTHON to its path."
fi

if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    need_packages python3-venv
fi

# WeasyPrint loads these at run time; the names are those of the libraries' own files.
missing=$("$python" - <<'END'
import ctypes

libraries = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
}
for file, package in libraries.items():
    try:
        ctypes.CDLL(file)
    except OSError:
        print(package)
END
)
# The tests turn pages into pictures and read their text with another program than ours.
if [ "$kind" = dev ] && ! command -v pdftoppm >/dev/null; then
    missing="$missing poppler-utils"
fi
# shellcheck disable=SC2086 # a list of words is meant
[ -z "$(echo $missing)" ] || need_packages $missing

[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
if [ "$kind" = dev ]; then what='.[dev]'; else what=.; fi
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --editable "$what"
touch "$venv/.$kind"
