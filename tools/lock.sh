#!/bin/sh
# Writes the lock: requirements/runtime.txt and requirements/dev.txt, for every platform and every Python we run on.
# tools/lock.sh VENV newest|keep: a virtual environment of its own, for the program that resolves; whether everything is
# brought to its newest version, or whatever is locked and still allowed stays as it is.
set -eu

venv=$1
case ${2-newest} in
    newest) upgrade=--upgrade ;;
    keep) upgrade= ;;
    *) echo "tools/lock.sh VENV newest|keep" >&2 && exit 2 ;;
esac
[ -x "$venv/bin/uv" ] || { "${PYTHON:-python3}" -m venv "$venv" && "$venv/bin/python" -m pip install --quiet uv; }

# Without build isolation the build system is one more requirement, and is locked like the others.
# Hatchling asks for `editables` where a project is installed in place.
build_system() {
    echo editables
    "$venv/bin/python" -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"], sep="\n")'
}

requires=$(build_system)  # not within a pipe, where its failure would go unnoticed

compile() {
    file=$1
    shift
    cp "$file" "$file.new"  # what is locked now, which uv prefers unless it is told to upgrade
    # shellcheck disable=SC2086 # an option or none
    printf '%s\n' "$requires" | "$venv/bin/uv" pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest --generate-hashes $upgrade \
        --no-header --no-emit-index-url --no-emit-find-links --no-annotate "$@" \
        --output-file "$file.new" pyproject.toml - >/dev/null
    { echo "# Made by make lock; do not edit."; cat "$file.new"; } >"$file"
    rm "$file.new"
}

compile requirements/dev.txt --extra dev --extra docs --extra desk --extra hl7 --extra xlsx
compile requirements/runtime.txt --extra desk --extra hl7 --extra xlsx --constraint requirements/dev.txt
