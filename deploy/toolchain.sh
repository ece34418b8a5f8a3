#!/bin/sh
# Prepares what `make` needs, inside the project: a pinned uv in .tools/ and the path of a Python 3.13 or 3.12 in .tools/python-path.
# A candidate counts only when it runs: pyenv's shims lie on PATH for versions that they then refuse to start.
set -eu

version=${1:?the version of uv}
tools=$PWD/.tools
uv=$tools/uv-$version/bin/uv
mkdir -p "$tools"

say() { printf '%s\n' "$*" >&2; }

answers() { # prints the real path when the candidate is a Python of the wanted version (any 3.8 or later when empty) with what we need
    "$1" -I -c '
import sys
wanted = sys.argv[1]
if sys.version_info < (3, 8) or (wanted and "%d.%d" % sys.version_info[:2] != wanted):
    raise SystemExit(1)
if wanted:
    import ctypes, sqlite3, ssl, zlib
print(sys.executable)' "$2" 2>/dev/null
}

candidates() { # $1: 3.13
    old=$IFS; IFS=:
    for folder in $PATH; do
        printf '%s\n' "$folder/python$1" "$folder/python3" "$folder/python"
        case $folder in */shims) ls -1d "${folder%/shims}/versions/$1".*/bin/python 2>/dev/null || : ;; esac
    done
    IFS=$old
    ls -1d "${PYENV_ROOT:-$HOME/.pyenv}/versions/$1".*/bin/python "$HOME/.pyenv/versions/$1".*/bin/python 2>/dev/null || :
}

find_python() { # $1: 3.13
    candidates "$1" | while IFS= read -r candidate; do
        if [ -x "$candidate" ] && answers "$candidate" "$1"; then break; fi
    done
}

any_python() {
    old=$IFS; IFS=:
    for folder in $PATH; do
        for candidate in "$folder/python3" "$folder/python"; do
            if [ -x "$candidate" ] && answers "$candidate" ""; then IFS=$old; return 0; fi
        done
    done
    IFS=$old
    return 1
}

found=$(find_python 3.13)
[ -n "$found" ] || found=$(find_python 3.12)

if [ ! -x "$uv" ]; then
    say "uv $version kommt nach .tools/"
    staging=$tools/uv-$version.new
    rm -rf "$staging" "$tools/uv-$version"
    log=$tools/uv-install.log
    python=$found
    [ -n "$python" ] || python=$(any_python) || { say "Kein Python 3 gefunden. Auf Debian: apt-get install python3 python3-venv"; exit 1; }
    # Debian splits venv and pip from Python: either of them is enough.
    if "$python" -I -m venv "$staging" >"$log" 2>&1 && "$staging/bin/python" -m pip install -q "uv==$version" >>"$log" 2>&1; then
        mkdir -p "$tools/uv-$version/bin"
        cp "$staging/bin/uv" "$uv"
    elif rm -rf "$staging" && "$python" -m pip install -q --target "$staging" "uv==$version" >>"$log" 2>&1; then
        mkdir -p "$tools/uv-$version/bin"
        cp "$staging/bin/uv" "$uv"
    elif [ "$(uv --version 2>/dev/null | cut -d' ' -f2)" = "$version" ]; then
        mkdir -p "$tools/uv-$version/bin"
        cp "$(command -v uv)" "$uv"
    else
        rm -rf "$staging"
        tail -n 5 "$log" >&2
        say "uv $version ließ sich nicht installieren (vollständig in .tools/uv-install.log)."
        say "Nötig ist venv oder pip zu $python. Auf Debian: apt-get install python3-venv"
        exit 1
    fi
    rm -rf "$staging"
fi

if [ -z "$found" ]; then
    say "Kein Python 3.13 oder 3.12 auf PATH oder unter pyenv; uv wird gefragt."
    export UV_PYTHON_INSTALL_DIR="$tools/python"
    "$uv" python install --no-bin 3.13 >&2 2>"$tools/python-install.log" || :
    found=$("$uv" python find --managed-python 3.13 2>/dev/null || "$uv" python find --no-python-downloads '>=3.12,<3.14' 2>/dev/null || :)
fi
if [ -z "$found" ]; then
    [ ! -s "$tools/python-install.log" ] || tail -n 3 "$tools/python-install.log" >&2
    say "Förderstrom braucht Python 3.13 oder 3.12. Eines davon genügt:"
    say "  pyenv install 3.13        (wird von selbst gefunden)"
    say "  apt-get install python3.13 oder python3.12, wo die Distribution es führt"
    say "  ein Netz, aus dem uv sein eigenes Python laden kann"
    exit 1
fi
printf '%s\n' "$found" >"$tools/python-path"
