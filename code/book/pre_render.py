"""What `quarto render` runs first: all experiments, with progress in the terminal, and the chapters' markdown for it.

It also refuses a mistyped profile, which Quarto ignores without a word, and exports every figure to figures/.
"""

import sys
from pathlib import Path

if __name__ == "__main__":
    try:
        from book import chapters, markdown
        from book.parsing import BookError
        from book.stages import stage
        from hazards.cli import main
    except ModuleNotFoundError as error:
        sys.exit(
            f"error: {sys.executable} has no package {error.name}: enter the project's environment first, by "
            "`source .venv/bin/activate`, which `make env` makes; or let `make report` do all of it"
        )

    with stage("chapters"), chapters.of(Path.cwd()):
        if main(["run"]):
            sys.exit(1)
        try:
            markdown.hand_over()
        except BookError as error:
            sys.exit(f"error: {error}")
