#!/bin/sh
# Makes .venv, installs the requirements file given as $1 when it changed, and writes a .env.
# PYTHON names the Python to use; without it the first of the usual names that is 3.11 or newer.
set -eu
cd "$(dirname "$0")/.."
requirements=$1

is_new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
    for name in ${PYTHON:-python3.11 python3.12 python3.13 python3.14 python3 python}; do
        if is_new_enough "$name"; then
            echo "$name"
            return
        fi
    done
    echo "Python 3.11 or newer was not found${PYTHON:+ as $PYTHON}: install it, or name it with" \
        "\`make PYTHON=/path/to/python3.11 …\`." >&2
    return 1
}

make_venv() {
    python=$(find_python)
    echo "Making .venv with $python." >&2
    rm -rf .venv
    if "$python" -c 'import ensurepip' 2>/dev/null; then
        "$python" -m venv .venv
    elif "$python" -m pip --version >/dev/null 2>&1; then
        "$python" -m venv --without-pip .venv
        "$python" -m pip --python .venv/bin/python install --quiet pip
    elif [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        # Debian keeps the part that brings pip in a package of its own.
        version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        apt-get update -qq >&2
        apt-get install -y -qq "python$version-venv" >&2
        "$python" -m venv .venv
    else
        echo "$python cannot make a virtual environment with pip: install its ensurepip (on" \
            "Debian and Ubuntu: sudo apt-get install python3-venv) and try again." >&2
        return 1
    fi
    pwd -P >.venv/.made-in
}

# The scripts in .venv/bin name their folder, so they do not survive a move of the checkout.
is_usable() {
    is_new_enough .venv/bin/python || return 1
    [ ! -e .venv/.made-in ] || [ "$(cat .venv/.made-in)" = "$(pwd -P)" ]
}

is_usable || make_venv

stamp_of() {
    echo ".venv/.installed-$(basename "$1" .txt)"
}
stamp=$(stamp_of "$requirements")
wanted=$({ .venv/bin/python -V; cat requirements*.txt; } | cksum)
if [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ]; then
    # An interrupted start leaves a .venv without pip, and a removed Python one that does nothing.
    .venv/bin/python -m pip --version >/dev/null 2>&1 || make_venv
    echo "Installing $requirements; the first time this takes a minute." >&2
    # Two -q: problems only. pip tells of its configuration with one.
    .venv/bin/python -m pip install -qq --disable-pip-version-check -r "$requirements"
    echo "$wanted" >"$stamp"
    if [ "$requirements" = requirements-dev.txt ]; then
        echo "$wanted" >"$(stamp_of requirements.txt)" # which it includes
    fi
fi

if [ ! -e .env ]; then
    (umask 077 && sed 's/^#* *DEBUG=.*/DEBUG=on/' .env.example >.env)
    echo "Wrote .env for this machine (DEBUG=on)." >&2
fi
