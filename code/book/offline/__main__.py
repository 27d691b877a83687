"""Command line of the builder without Quarto."""

import argparse
import sys
from pathlib import Path

from book.offline.build import build
from hazards.errors import HazardsError

if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="book.offline", description="Build the book without Quarto.")
    parser.add_argument("project", nargs="?", default=".", type=Path, help="directory of _quarto.yml")
    parser.add_argument("--preview", action="store_true", help="pages alone, for `make preview`; errors on stdout, too")
    options = parser.parse_args()
    try:
        for made in build(options.project.resolve(), options.preview):
            print(f"Output created: {made}")
    except HazardsError as error:
        if options.preview:
            print(error)
        sys.exit(f"error: {error}")
