"""Command line of the builder without Quarto."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from preview.book import build
from preview.source import BookError


def main() -> int:
    parser = argparse.ArgumentParser(prog="preview", description="Build the book without Quarto.")
    parser.add_argument("project", nargs="?", default=".", type=Path, help="directory of _quarto.yml")
    project = parser.parse_args().project
    try:
        for made in build(project.resolve()):
            print(f"Output created: {made}")
    except BookError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
