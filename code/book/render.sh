#!/usr/bin/env bash
# Render the book into _book/, HTML and PDF, or show it as it is edited: with Quarto where it is to be had, with
# code/book/offline elsewhere. `make report` runs this once the environment stands, `make preview` with `preview`.
set -euo pipefail
cd "$(dirname "$0")/../.."
python=$PWD/.venv/bin/python
# A pre-render step of _quarto.yml calls `python`, and means the project's own.
export PATH=$PWD/.venv/bin:$PATH QUARTO_PYTHON=$python
own_quarto=.quarto-env/bin/quarto
own_version=1.10.19

# Print the first Quarto that is new enough, the one on PATH before our own.
find_quarto() {
    local candidate major minor
    for candidate in quarto "$own_quarto"; do
        IFS=. read -r major minor _ < <("$candidate" --version 2>/dev/null) || continue
        if [[ $major$minor =~ ^[0-9]+$ ]] && ((major > 1 || (major == 1 && minor >= 9))); then
            echo "$candidate"
            return
        fi
    done
}

# The quarto-cli package downloads a release while it installs. The release's small list of checksums is asked for
# first, because a closed network would otherwise show only after minutes. Tried once a day at most.
get_quarto() {
    local release=https://github.com/quarto-dev/quarto-cli/releases/download/v$own_version
    if [ -n "${CI:-}" ] || [ -n "$(find .quarto-env/tried -mtime -1 2>/dev/null)" ]; then
        return
    fi
    mkdir -p .quarto-env && touch .quarto-env/tried
    if "$python" -c 'import sys, urllib.request as r; r.urlopen(sys.argv[1], timeout=5)' \
        "$release/quarto-$own_version-checksums.txt" 2>/dev/null; then
        echo "Getting Quarto $own_version into .quarto-env"
        .venv/bin/uv venv --quiet --allow-existing --python "$python" .quarto-env || return 0
        .venv/bin/uv pip install --quiet --no-deps --python .quarto-env/bin/python "quarto-cli==$own_version" || true
    fi
}

quarto=$(find_quarto)
if [ -z "$quarto" ]; then
    get_quarto
    quarto=$(find_quarto)
fi
if [ "${1:-}" = preview ]; then
    [ -z "$quarto" ] || exec "$quarto" preview
    PYTHONPATH=code exec "$python" -m book.offline.preview
fi
mkdir -p .chapters && : >.chapters/stages
if [ -n "$quarto" ]; then
    # Quarto removes the folder that it writes to before anything else: so a render that fails leaves the old book.
    rm -rf .book-quarto
    "$quarto" render --output-dir .book-quarto
    rm -rf .book-old
    [ ! -e _book ] || mv _book .book-old
    mv .book-quarto _book
    rm -rf .book-old
else
    echo "No Quarto 1.9 or newer on PATH, and none to be had: building the book with code/book/offline"
    PYTHONPATH=code "$python" -m book.offline
fi

for file in _book/index.html _book/*.pdf; do
    if [ ! -f "$file" ]; then
        echo "The renderer ended without an error, but $file is missing" >&2
        exit 1
    fi
    echo "Built $PWD/$file"
done
echo "$SECONDS s: $(paste -sd, .chapters/stages | sed "s/,/, /g")"
