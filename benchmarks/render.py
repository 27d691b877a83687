"""What a render takes after an edit: seconds of the clock and of the processor, with Quarto and without it.

    python benchmarks/render.py                      # with the Quarto on PATH, if there is one, and without
    python benchmarks/render.py --quarto FOLDER      # with the one in this folder
    python benchmarks/render.py --only preview       # some of the rows, by a part of their names

The project is cloned as it is committed, and its `.venv` is a link to this one's; in a project that holds the folder
itself, Quarto takes some seconds more to look through it. Each row is one render, on a machine that does nothing else.
Rows build on those before: with `--only` the fresh render is made all the same.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Error, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
CHAPTER = "chapters/baseline"
AIMS = {"fresh": 120, "unchanged": 45, "prose": 60, "figure": 70, "chapter alone": 15, "preview, prose": 10}
"""Seconds of the clock with Quarto, by row."""


class Took(NamedTuple):
    """Seconds of the clock, and of the processor where these are known."""

    clock: float
    processor: float | None = None


class Copy:
    """A clone of the project.

    Args:
        root: its folder, which is made.
        quarto: folder of the Quarto that it is rendered with; None for none.
    """

    def __init__(self, root: Path, quarto: Path | None) -> None:
        self.root = root
        self.quarto = quarto
        subprocess.run(
            ["git", "-c", "advice.detachedHead=false", "clone", "--quiet", "--depth", "1", f"file://{ROOT}", str(root)],
            check=True,
        )
        (root / ".venv").symlink_to((ROOT / ".venv").resolve())
        folders = [str(quarto)] if quarto else []
        folders += [folder for folder in os.environ["PATH"].split(os.pathsep) if not Path(folder, "quarto").exists()]
        self.environment = os.environ | {
            "PATH": os.pathsep.join([str(root / ".venv/bin"), *folders]),
            "PYTHONPATH": str(root / "code"),
            "QUARTO_PYTHON": str(root / ".venv/bin/python"),
            "QUARTO_PROFILE": "mini",
            "CI": "true",  # no Quarto is got
        }

    def took(self, command: list[str], **settings: str) -> Took:
        """Run a command to its end; what it says is shown only where it fails."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        start = time.monotonic()
        run = subprocess.run(command, cwd=self.root, env=self.environment | settings, capture_output=True, text=True)
        clock = time.monotonic() - start
        if run.returncode:
            sys.exit(f"{' '.join(command)}\n{run.stdout}{run.stderr}")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return Took(clock, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)

    def render(self, **settings: str) -> Took:
        """Render the book."""
        return self.took(["bash", "code/book/render.sh"], **settings)

    def edit(self, change: Callable[[str], str]) -> None:
        """Change the text of a chapter."""
        file = self.root / f"{CHAPTER}.qmd"
        text = file.read_text()
        changed = change(text)
        if changed == text:
            sys.exit(f"{CHAPTER}.qmd is not what this benchmark expects: {change.__name__} changes nothing")
        file.write_text(changed)

    def preview(self) -> tuple[list[str], str]:
        """The command of a preview, and its address; none yet where the preview chooses it."""
        if not self.quarto:
            return [sys.executable, "-m", "book.offline.preview"], ""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        return ["quarto", "preview", "--no-browser", "--port", str(port)], f"http://localhost:{port}/"


def prose(text: str) -> str:
    """A sentence more."""
    return f"{text}\nOne sentence more, number {text.count('One sentence more')}.\n"


def figure(text: str) -> str:
    """A line more under the first figure."""
    cell = re.search(r"```\{python\}\n#\| label: fig-.*\n(?:#\|.*\n)*", text)
    return text[: cell.end()] + f"print('edit {text.count('edit ')}')\n" + text[cell.end() :] if cell else text


def recipe(text: str) -> str:
    """Another weight of the auxiliary loss."""
    return text.replace("auxiliary_weight=0.4", "auxiliary_weight=0.3", 1)


def shown(copy: Copy) -> dict[str, Took]:
    """Seconds from an edit of prose, then of a figure, until the browser shows it."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if not chromium:
        return {}
    command, address = copy.preview()
    process = subprocess.Popen(
        command, cwd=copy.root, env=copy.environment, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        if not address:
            address = re.search(r"http://[^;]*", process.stdout.readline())[0]
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            page = browser.new_page()
            opened(page, f"{address}{CHAPTER}.html")
            text = (copy.root / f"{CHAPTER}.qmd").read_text()
            rows = {
                "preview, prose": seen(
                    page, copy, prose, f"One sentence more, number {text.count('One sentence more')}."
                ),
                "preview, figure": seen(page, copy, figure, f"edit {text.count('edit ')}"),
            }
            browser.close()
            return rows
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        time.sleep(3)
        os.killpg(process.pid, signal.SIGKILL)


def opened(page: Page, address: str) -> None:
    """Wait until a preview has a page."""
    for _ in range(300):
        try:
            page.goto(address)
        except Error:  # the preview has not begun to answer
            time.sleep(1)
            continue
        if page.locator("main h1").count():
            return
        time.sleep(1)
    sys.exit(f"the preview shows nothing at {address}")


def seen(page: Page, copy: Copy, change: Callable[[str], str], text: str) -> Took:
    """Seconds from an edit until a text is in the page, which nobody loads again."""
    start = time.monotonic()
    copy.edit(change)
    page.get_by_text(text).first.wait_for(state="attached", timeout=600_000)
    return Took(time.monotonic() - start)


def rows(copy: Copy, wanted: Callable[[str], bool]) -> dict[str, Took]:
    """The rows of a renderer, by name."""
    result = {"fresh, results shipped": copy.render()}
    if wanted("unchanged"):
        result["unchanged"] = copy.render()
    for change in (prose, figure):
        if wanted(name := f"one {change.__name__} edit"):
            copy.edit(change)
            result[name] = copy.render()
    if copy.quarto and wanted("one chapter alone"):
        copy.edit(prose)
        result["one chapter alone"] = copy.took(["quarto", "render", f"{CHAPTER}.qmd", "--to", "html"])
    if wanted("preview"):
        result |= shown(copy)
    if wanted("one recipe edit, smoke"):
        copy.render(QUARTO_PROFILE="smoke", HAZARDS_SHIPPED="no")
        copy.edit(recipe)
        result["one recipe edit, smoke"] = copy.render(QUARTO_PROFILE="smoke", HAZARDS_SHIPPED="no")
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quarto", type=Path, help="folder of a Quarto (default: the one on PATH)")
    parser.add_argument("--only", default="", help="a part of the names of rows")
    options = parser.parse_args()
    on_path = shutil.which("quarto")
    quarto = options.quarto or (Path(on_path).parent if on_path else None)
    renderers = {"Quarto": quarto, "without Quarto": None} if quarto else {"without Quarto": None}
    print(f"{'row':26} {'renderer':16} {'clock s':>8} {'cpu s':>8} {'aim s':>6}")
    for name, folder in renderers.items():
        with tempfile.TemporaryDirectory() as place:
            copy = Copy(Path(place) / "project", folder)
            for row, took in rows(copy, lambda row: options.only in row).items():
                aim = next((str(aim) for part, aim in AIMS.items() if part in row), "") if folder else ""
                processor = f"{took.processor:.1f}" if took.processor is not None else ""
                print(f"{row:26} {name:16} {took.clock:8.1f} {processor:>8} {aim:>6}", flush=True)


if __name__ == "__main__":
    main()
