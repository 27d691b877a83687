"""Check and format the cells of chapters with ruff: ``python -m book.lint_cells``, with ``--fix`` to format them.

ruff formats the cells of a Markdown file by itself. It finds mistakes in Python alone, so a chapter is given to it as
one Python file that has the cells and the inline expressions on the lines on which they stand, and nothing else: what
it says names the line of the chapter, and names are known from one cell to the next. The rules are those of the
library but for what pyproject.toml says of ``*.qmd``.
"""

from __future__ import annotations

import argparse
import difflib
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from book import chapters

LENGTH = "--line-length=88"
_INLINE = re.compile(r"`\{python\} ([^`]+)`")


def as_python(path: Path) -> str:
    """A chapter's cells without their options, and its inline expressions, a list a line, as Python."""
    lines = [_inline(line) for line in path.read_text(encoding="utf-8").splitlines()]
    for cell in chapters.cells(path):
        source = ["" if line.startswith("#|") else line for line in cell.source.splitlines()]
        start = cell.line - 1
        lines[start : start + len(source)] = source
    return "\n".join([*lines, ""])


def _inline(line: str) -> str:
    """The inline expressions of a line of text, as a list."""
    expressions = _INLINE.findall(line)
    return f"[{', '.join(expressions)}]  # noqa: E501" if expressions else ""


def mistakes(path: Path) -> str:
    """What ruff finds in the cells of a chapter, a line each that begins with ``file:line:column``."""
    name = str(path.relative_to(chapters.ROOT))
    options = ["--extension=qmd:python", "--output-format=concise", "--quiet", LENGTH, f"--stdin-filename={name}"]
    return _ruff("check", *options, text=as_python(path))


def formatted(path: Path) -> str:
    """The chapter with its cells formatted; one that is no Python stays as it is."""
    text = path.read_text(encoding="utf-8")
    return _ruff("format", LENGTH, "--quiet", f"--stdin-filename={path.stem}.md", text=text)


def _ruff(*arguments: str, text: str) -> str:
    command = [sys.executable, "-m", "ruff", *arguments, "-"]
    run = subprocess.run(command, input=text, capture_output=True, text=True, encoding="utf-8", cwd=chapters.ROOT)
    if run.returncode not in (0, 1):
        raise RuntimeError(run.stderr)
    return run.stdout


def unformatted(path: Path) -> str:
    """The places of a chapter where a cell is not formatted, a line each that begins with ``file:line``."""
    before, after = path.read_text(encoding="utf-8").splitlines(), formatted(path).splitlines()
    changes = difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    name = path.relative_to(chapters.ROOT)
    return "".join(f"{name}:{start + 1}: not formatted\n" for kind, start, *_ in changes if kind != "equal")


def main(paths: Iterable[Path], fix: bool) -> int:
    """Print what is wrong in chapters; returns 1 where anything is."""
    said = ""
    for path in paths:
        if fix:
            path.write_text(formatted(path), encoding="utf-8")
        said += mistakes(path) + unformatted(path)
    print(said or "All cells passed!\n", end="")
    return int(bool(said))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Check the cells of chapters with ruff.")
    parser.add_argument("--fix", action="store_true", help="format them in place")
    sys.exit(main(chapters.chapter_paths(), parser.parse_args().fix))
