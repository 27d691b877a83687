"""Command line of the builder without Quarto."""

import argparse
import sys
from pathlib import Path

from book.offline.build import build
from hazards.errors import HazardsError

if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="book.offline", description="Build the book without Quarto.")
    parser.add_argument("project", nargs="?", default=".", type=Path, help="directory of _quarto.yml")
    try:
        for made in build(parser.parse_args().project.resolve()):
            print(f"Output created: {made}")
    except HazardsError as error:
        sys.exit(f"error: {error}")
