"""How soon the pages of the built book are there, in Chromium, from a server on the loopback interface.

    python benchmarks/pages.py            # of _book
    python benchmarks/pages.py FOLDER     # of another book

Loaded is a page when all of its pictures, scripts and letters are there, in a browser that has seen none of them; the
median of a few visits counts. Aim: 2 seconds, beside the page of the same book that loads fastest.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

AIM = 2.0
LOADED = "performance.getEntriesByType('navigation')[0].loadEventEnd / 1000"
MEBIBYTES = "performance.getEntries().reduce((sum, each) => sum + (each.transferSize || 0), 0) / 2 ** 20"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *arguments: object) -> None:
        """A request is no news."""


def visit(browser: Browser, url: str) -> tuple[float, float]:
    """Seconds until the page is loaded, and MiB that were sent for it."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(url, wait_until="load")
    page.wait_for_function(f"{LOADED} > 0")
    page.wait_for_load_state("networkidle")
    found = page.evaluate(LOADED), page.evaluate(MEBIBYTES)
    context.close()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("book", nargs="?", type=Path, default=Path("_book"))
    parser.add_argument("--visits", type=int, default=5)
    options = parser.parse_args()
    files = sorted(path.relative_to(options.book).as_posix() for path in options.book.rglob("*.html"))
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if not files or chromium is None:
        print("neither chromium nor google-chrome is there" if files else f"{options.book} holds no book: make report")
        return
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(options.book)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        address = f"http://127.0.0.1:{server.server_port}"
        taken = {file: [visit(browser, f"{address}/{file}") for _ in range(options.visits)] for file in files}
        browser.close()
    seconds = {file: statistics.median(took for took, _ in visits) for file, visits in taken.items()}
    print(f"{'page':34} {'seconds':>8} {'x fastest':>10} {'MiB':>6}")
    for file, took in sorted(seconds.items(), key=lambda item: item[1]):
        print(f"{file:34} {took:8.2f} {took / min(seconds.values()):10.2f} {taken[file][0][1]:6.2f}")
    late = [file for file, took in seconds.items() if took > AIM]
    print(f"over {AIM:g} s: {', '.join(late) or 'none'}")


if __name__ == "__main__":
    main()
