"""What `quarto render` runs first: all experiments, with progress in the terminal, so that the chapters start warm.

It also refuses a mistyped profile, which Quarto ignores without a word, and exports every figure to figures/.
"""

import sys

if __name__ == "__main__":
    from hazards.cli import main

    sys.exit(main(["run"]))
