"""The book in a browser, built anew at each edit: ``python -m book.offline.preview [PROJECT]``.

Each build is a process of its own, so that an edit of the library counts. What fails is said in the terminal and over
the page, which stays as it was.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import webbrowser
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import IO, Any

from book.offline.build import PREVIEW

_SCRIPT = Path(__file__).with_name("preview.js").read_bytes()
_TOLD_TO_END = (signal.SIGTERM, signal.SIGHUP)
_PAUSE = 0.3
"""Seconds between two looks at the files."""


def main(root: Path) -> None:
    """Serve the book of a project, and build it at each edit, until interrupted."""
    for told_to_end in _TOLD_TO_END:
        signal.signal(told_to_end, _end)
    builds = Builds(root)
    handler = partial(_Handler, builds, directory=str(root / PREVIEW))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}/"
    print(f"The book is at {address}; Ctrl+C ends the preview", flush=True)
    if sys.stdout.isatty():
        webbrowser.open(address)
    try:
        while True:
            builds.look()
            time.sleep(_PAUSE)
    except KeyboardInterrupt:
        print()
    finally:
        builds.stop()
        server.shutdown()


def _end(*_: object) -> None:
    """End the preview; what tells it so again meanwhile, a terminal that closes say, is not heard."""
    for told_to_end in _TOLD_TO_END:
        signal.signal(told_to_end, signal.SIG_IGN)
    sys.exit()


class Builds:
    """The builds of a book, one after another.

    Attributes:
        count: how many have succeeded.
        problem: what is wrong with the last one; empty where nothing is.
    """

    def __init__(self, root: Path) -> None:
        self.count = 0
        self.problem = ""
        self._root = root
        self._seen: dict[str, int] = {}
        self._process: subprocess.Popen[bytes] | None = None
        self._said: IO[bytes]

    def look(self) -> None:
        """Begin a build where a file has changed since the last one began, and take note of one that has ended."""
        now = watched(self._root)
        if now != self._seen:
            self._seen = now
            self.stop()
            command = [sys.executable, "-m", "book.offline", "--preview", str(self._root)]
            # It takes any amount, and does not wait for what a build has left running, as a pipe would.
            self._said = tempfile.TemporaryFile()  # noqa: SIM115
            self._process = subprocess.Popen(command, stdout=self._said, start_new_session=True)
        elif self._process and self._process.poll() is not None:
            self._said.seek(0)
            said = self._said.read().decode(errors="replace").strip()
            if self._process.returncode:
                self.problem = said or "The build has failed: see the terminal."
            else:
                self.count += 1
                self.problem = ""
            self._process = None
            print(time.strftime("%H:%M:%S"), "failed" if self.problem else "built", flush=True)

    def stop(self) -> None:
        """End the build that runs, and all processes that it has started; results go on from where they were."""
        if self._process and self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            for draft in self._root.glob(f"{PREVIEW}-*"):
                shutil.rmtree(draft)


def watched(root: Path) -> dict[str, int]:
    """When each file that a book is made of was changed: text, code, and what lies at the top of the project."""
    paths = [path for path in root.iterdir() if path.is_file()]
    for folder in ("chapters", "code"):
        for place, folders, names in os.walk(root / folder):  # which passes over what is removed meanwhile
            folders[:] = [name for name in folders if name != "__pycache__"]
            paths += [Path(place, name) for name in names]
    changes: dict[str, int] = {}
    for path in paths:
        if _is_source(path.name):
            with contextlib.suppress(FileNotFoundError):  # an editor replaces it just now
                changes[str(path)] = path.stat().st_mtime_ns
    return changes


def _is_source(name: str) -> bool:
    """Whether a file of this name can be a part of a book: no hidden one, nor what an editor keeps beside one."""
    return "." in name and not name.startswith((".", "#")) and not name.endswith(("~", "#"))


class _Handler(SimpleHTTPRequestHandler):
    """Serves a book's files, and with each page a script that loads it again after a build."""

    def __init__(self, builds: Builds, *arguments: Any, **options: Any) -> None:
        self._builds = builds
        super().__init__(*arguments, **options)

    def do_GET(self) -> None:
        """Answer with a page and the script, with what the script asks for, or with a file as it is."""
        file = Path(self.translate_path(self.path))
        page = file / "index.html" if self.path.endswith("/") else file
        if self.path == "/.builds":
            state = {"count": self._builds.count, "problem": self._builds.problem}
            self._send(json.dumps(state).encode(), "application/json")
        elif page.suffix == ".html":
            shown = f"<script>const shownBuild = {self._builds.count};\n".encode()  # before the page: never too new
            text = page.read_bytes() if page.is_file() else b"<!DOCTYPE html><body>Not built yet."
            self._send(text + shown + _SCRIPT + b"</script>", "text/html; charset=utf-8")
        else:
            super().do_GET()

    def _send(self, content: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def end_headers(self) -> None:
        """A figure may be another one by the next look."""
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, *arguments: object) -> None:
        """A request is no news."""


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="book.offline.preview", description="Show the book, and each edit of it.")
    parser.add_argument("project", nargs="?", default=".", type=Path, help="directory of _quarto.yml")
    main(parser.parse_args().project.resolve())
