#!/usr/bin/env bash
# Run uv with the arguments given. Where it is not on PATH, pip brings the locked version into .uv, checked against
# its hashes; that uv then uses the index and the certificates that pip is configured with.
set -euo pipefail
cd "$(dirname "$0")/.."
if command -v uv >/dev/null; then
    exec uv "$@"
fi

python=${PYTHON:-python3}
if [ ! -x .uv/bin/uv ] || [ requirements.lock -nt .uv/bin/uv ]; then
    if ! "$python" -m venv --clear .uv >/dev/null 2>&1; then
        rm -rf .uv
        echo "$python has no working venv module: install it (Debian and Ubuntu: apt install python3-venv)" \
            "or put uv on PATH" >&2
        exit 1
    fi
    sed -n '/^uv==/,/# via/p' requirements.lock >.uv/requirements.txt
    .uv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r .uv/requirements.txt
    touch .uv/bin/uv
fi

# `pip config get` sees the user's file alone, `list` the machine's too.
pip_setting() {
    .uv/bin/python -m pip config list 2>/dev/null | sed -n "s/^global\.$1='\(.*\)'$/\1/p"
}
index=${UV_DEFAULT_INDEX:-${PIP_INDEX_URL:-$(pip_setting index-url)}}
certificates=${SSL_CERT_FILE:-${PIP_CERT:-$(pip_setting cert)}}
if [ -n "$index" ]; then
    export UV_DEFAULT_INDEX=$index
fi
if [ -n "$certificates" ]; then
    export SSL_CERT_FILE=$certificates
fi
exec .uv/bin/uv "$@"
