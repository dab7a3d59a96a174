#!/bin/sh
# Sets up what `make render` and `make test` need: tools/setup.sh VENV runtime|dev|latest|lowest
# Python packages go into VENV: those of the lock, by their hashes (runtime, dev), or the newest or lowest versions that
# pyproject.toml allows (latest, lowest).
# Debian packages are installed where this user may do so, else the command is printed.
set -eu

venv=$1
kind=$2

fail() {
    printf '%s\n' "$@" >&2
    exit 1
}

can_install() {
    [ "$(id -u)" = 0 ] || { command -v sudo >/dev/null && sudo -n true 2>/dev/null; }
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
# What the tests need beside that: where one of these is missing, tests are skipped, and in CI that is a failure.
machine=$(uname -m)
test_programs="
pdftoppm:poppler-utils
qpdf:qpdf
strace:strace
ps:procps
unshare:util-linux
mount:mount
git:git
lpoptions:cups-client
cupsd:cups-daemon
chromium:chromium
/usr/lib/$machine-linux-gnu/libatomic.so.1:libatomic1
/usr/lib/cups/filter/pdftopdf:cups-filters
/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc:fonts-noto-cjk
"
lacking=
if [ "$kind" != runtime ]; then
    for pair in $test_programs; do
        file=${pair%%:*}
        [ -e "$file" ] || PATH="$PATH:/usr/sbin:/sbin" command -v "$file" >/dev/null || lacking="$lacking ${pair##*:}"
    done
fi
if command -v apt-get >/dev/null && can_install; then
    missing="$missing$lacking"
elif [ -n "$lacking" ]; then
    echo "Some tests will be skipped, since this machine lacks (the names are Debian's):$lacking"
fi
# shellcheck disable=SC2086 # a list of words is meant
[ -z "$(echo $missing)" ] || need_packages $missing

[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
pip() {
    "$venv/bin/python" -m pip --disable-pip-version-check "$@"
}
if [ "$kind" = latest ]; then
    pip install --quiet --upgrade --upgrade-strategy eager --editable '.[dev,desk,hl7,xlsx]'
    pip list
elif [ "$kind" = lowest ]; then
    # pip has no such resolution. The lowest of what pyproject.toml names, and of what those need the newest that fits:
    # a lowest of everything would choose versions that nobody has declared to work. Without build isolation, so that
    # the build system is tested as well; 0.3 is what hatchling needs to install a project in place.
    pip install --quiet uv
    requires=$("$venv/bin/python" -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"], sep="\n")')
    printf '%s\n' "$requires" 'editables>=0.3' | "$venv/bin/uv" pip compile --quiet --python "$venv/bin/python" \
        --resolution lowest-direct --no-header --no-annotate --extra dev --extra desk --extra hl7 --extra xlsx --output-file "$venv/lowest.txt" pyproject.toml - >/dev/null
    pip install --quiet --requirement "$venv/lowest.txt"
    pip install --quiet --no-deps --no-build-isolation --editable .
    cat "$venv/lowest.txt"
else
    pip install --quiet --require-hashes --requirement "requirements/$kind.txt"
    pip install --quiet --no-deps --no-build-isolation --editable .
fi
touch "$venv/.$kind"
