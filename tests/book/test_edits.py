"""The preview without Quarto: edits and errors are seen in the browser, and nothing is left running."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page, expect

from book.offline import preview as preview_module
from book.offline.build import PREVIEW, replace
from book.offline.preview import Builds, watched

WAIT = 120_000
CELL = "# Title\n\nText of {0}.\n\n```{{python}}\nprint('value', {1})\n```\n"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """The folder of a book of one page, with a cell and a library."""
    (tmp_path / "_quarto.yml").write_text("book: {title: Small, chapters: [index.qmd]}\n")
    (tmp_path / "index.qmd").write_text(CELL.format("before", 1))
    (tmp_path / "code").mkdir()
    (tmp_path / "code/library.py").write_text("shade = 'red'\n")
    return tmp_path


@pytest.fixture
def preview(book: Path) -> Iterator[subprocess.Popen[str]]:
    """A preview of that book."""
    command = [sys.executable, "-m", "book.offline.preview", str(book)]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    yield process
    process.kill()
    process.wait()


def test_an_edit_is_seen_without_a_hand_and_an_error_over_the_page(book, preview, browser: Browser):
    address = re.search(r"http://[^;]*", preview.stdout.readline())[0]
    page: Page = browser.new_page()
    page.goto(address)
    expect(page.get_by_text("Text of before.")).to_be_visible(timeout=WAIT)
    expect(page.get_by_text("value 1")).to_be_visible()
    (book / "index.qmd").write_text(CELL.format("after", 1))
    expect(page.get_by_text("Text of after.")).to_be_visible(timeout=WAIT)
    (book / "index.qmd").write_text(CELL.format("broken", "1 / 0"))
    expect(page.get_by_role("alert")).to_contain_text("index.qmd:6: ZeroDivisionError", timeout=WAIT)
    expect(page.get_by_text("Text of after.")).to_be_visible()
    (book / "index.qmd").write_text(CELL.format("mended", 2))
    expect(page.get_by_text("value 2")).to_be_visible(timeout=WAIT)
    expect(page.get_by_role("alert")).to_be_hidden()
    page.close()


def test_a_file_of_any_kind_that_a_book_is_made_of_is_watched(book):
    before = watched(book)
    assert {Path(file).name for file in before} == {"_quarto.yml", "index.qmd", "library.py"}
    (book / "code/library.py").write_text("shade = 'blue'\n")
    (book / "chapters/parts").mkdir(parents=True)
    (book / "chapters/parts/one.md").write_text("One.")
    after = watched(book)
    assert {Path(file).name for file in after if after[file] != before.get(file)} == {"library.py", "one.md"}


def test_what_is_ended_while_it_builds_leaves_no_process(book, preview):
    started = book / "started"
    cell = "import os, subprocess\nchild = subprocess.Popen(['sleep', '600'])\n"
    cell += f"open({str(started)!r}, 'w').write(f'{{os.getpid()}} {{child.pid}}\\n')\nchild.wait()"
    (book / "index.qmd").write_text(f"# Title\n\n```{{python}}\n{cell}\n```\n")
    deadline = time.monotonic() + WAIT / 1000
    while not (started.exists() and started.read_text().endswith("\n")):
        assert preview.poll() is None
        assert time.monotonic() < deadline, "the build has not begun"
        time.sleep(0.1)
    preview.terminate()
    assert preview.wait(60) == 0
    assert not list(book.glob(".book-*"))
    for number in started.read_text().split():
        state = Path("/proc", number, "stat")
        assert not state.exists() or state.read_text().rsplit(")", 1)[1].split()[0] in "ZX"


def test_what_an_editor_keeps_beside_a_file_is_none(book):
    for name in ("index.qmd~", "#index.qmd#", ".index.qmd.swp", "4913"):
        (book / name).write_text("")
    assert {Path(file).name for file in watched(book)} == {"_quarto.yml", "index.qmd", "library.py"}


def test_a_folder_that_is_removed_while_it_is_looked_through_is_passed_over(book, monkeypatch):
    (book / "code/gone").mkdir()
    look = os.scandir

    def scandir(path):
        if Path(path).name == "gone":
            raise FileNotFoundError(path)
        return look(path)

    monkeypatch.setattr(os, "scandir", scandir)
    assert {Path(file).name for file in watched(book)} == {"_quarto.yml", "index.qmd", "library.py"}


def until_built(builds: Builds) -> None:
    deadline = time.monotonic() + WAIT / 1000
    while not builds.count and not builds.problem:
        builds.look()
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture
def stubborn(book, monkeypatch) -> Path:
    """The book, whose build is a command that says more than a pipe holds, and leaves a process behind."""
    script = book / "build.sh"
    script.write_text(f"sleep 60 & echo $! > {book}/.left\nhead -c 300000 /dev/zero | tr '\\0' x\nexit 1\n")
    start = subprocess.Popen
    monkeypatch.setattr(preview_module.subprocess, "Popen", lambda command, **how: start(["bash", script], **how))
    return book


def test_a_build_that_says_much_and_leaves_a_process_ends_all_the_same(stubborn):
    builds = Builds(stubborn)
    until_built(builds)
    os.kill(int((stubborn / ".left").read_text()), signal.SIGKILL)
    assert builds.problem == "x" * 300_000


def test_a_second_signal_does_not_break_the_end(book, preview):
    preview.stdout.readline()
    time.sleep(0.5)
    for number in (signal.SIGHUP, signal.SIGHUP, signal.SIGTERM):
        preview.send_signal(number)
    assert preview.wait(60) == 0
    assert not list(book.glob(".book-*"))


def test_a_page_says_which_build_it_is_of(book):
    builds = Builds(book)
    builds.count = 7
    (book / PREVIEW).mkdir()
    (book / PREVIEW / "index.html").write_text("<body>")
    handler = partial(preview_module._Handler, builds, directory=str(book / PREVIEW))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with urlopen(f"http://127.0.0.1:{server.server_port}/") as answer:
        assert b"const shownBuild = 7;" in answer.read()
    server.shutdown()
    server.server_close()


def test_a_folder_that_cannot_be_replaced_stays(tmp_path):
    (tmp_path / "_book").mkdir()
    (tmp_path / "_book/index.html").write_text("old")
    with pytest.raises(FileNotFoundError):
        replace(tmp_path / "_book", tmp_path / "draft/book")
    assert (tmp_path / "_book/index.html").read_text() == "old"
    (tmp_path / "draft/book").mkdir(parents=True)
    replace(tmp_path / "_book", tmp_path / "draft/book")
    assert not (tmp_path / "_book/index.html").exists()
