"""A Python session for the cells of one chapter: runs them, and keeps what each shows and what expressions give."""

from __future__ import annotations

import contextlib
import io
import sys
import traceback
from typing import Any, NamedTuple

import matplotlib
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.pylabtools import select_figure_formats
from matplotlib_inline.backend_inline import flush_figures
from traitlets.config import Config

from book.parsing import BookError, Cell

_SETTINGS = Config({"HistoryManager": {"enabled": False}, "InteractiveShell": {"colors": "nocolor"}})


class Shown(NamedTuple):
    """One thing that a cell showed: its forms by MIME type, printed text under `stdout`; whether it is the value."""

    forms: dict[str, str]
    is_value: bool = False


class Session:
    """A shell with no names in it; figures are drawn as SVG, PNG at twice the screen's resolution, and PDF.

    Args:
        figure_size: width and height of a figure that sets none, inches.
    """

    def __init__(self, figure_size: tuple[float, float]) -> None:
        _Shell.clear_instance()
        self._shell = _Shell.instance(config=_SETTINGS)
        matplotlib.rcdefaults()
        matplotlib.use("module://matplotlib_inline.backend_inline")
        matplotlib.interactive(True)
        matplotlib.rcParams["figure.figsize"] = figure_size
        self._shell.events.register("post_execute", flush_figures)
        select_figure_formats(self._shell, {"svg", "png", "pdf"}, bbox_inches="tight", dpi=192)

    def run(self, cell: Cell) -> tuple[list[Shown], Any]:
        """Run a cell; gives what it showed, in order, and its value.

        Raises:
            BookError: where it fails, or what it shows cannot be drawn.
        """
        shell = self._shell
        shell.source, shell.shown, shell.failure = cell.code, [], None
        with contextlib.redirect_stdout(_Printed(shell.shown)):
            result = shell.run_cell(cell.code, store_history=False)
        failure = result.error_before_exec or result.error_in_exec or shell.failure
        if isinstance(failure, Exception):
            raise BookError.at(cell.line_place(_line(failure)), failure) from failure
        if failure:
            raise failure
        return shell.shown, result.result

    def text(self, expression: str, place: str) -> str:
        """What an inline expression gives: markdown where it has some, else text."""
        try:
            value = eval(expression, self._shell.user_ns)
            text = value._repr_markdown_() if hasattr(value, "_repr_markdown_") else str(value)
        except Exception as error:
            raise BookError.at(place, error) from error
        if text is None:
            raise BookError(f"{place}: `{expression}` gives neither text nor markdown")
        return text.rstrip("\n")


def _line(error: BaseException) -> int:
    """The line of a cell at which an error arose, counted from 1."""
    if isinstance(error, SyntaxError):
        return error.lineno or 1
    for frame, line in traceback.walk_tb(error.__traceback__):
        if "ipython-input" in frame.f_code.co_filename:
            return line
    return 1


class _Hook(DisplayHook):
    """Takes the value of a cell."""

    shell: Any

    def quiet(self) -> bool:
        return self.semicolon_at_end_of_expression(self.shell.source)

    def write_output_prompt(self) -> None:
        """A page has no prompts."""

    def write_format_data(self, format_dict: dict[str, str], md_dict: object = None) -> None:
        self.shell.shown.append(Shown(format_dict, is_value=True))

    def finish_displayhook(self) -> None:
        """Nothing is printed after a value."""
        self._is_active = False


class _Publisher(DisplayPublisher):
    """Takes what a cell displays on its way."""

    shell: Any

    def publish(self, data: dict[str, str], *_: Any, **__: Any) -> None:
        self.shell.shown.append(Shown(data))


class _Printed(io.TextIOBase):
    """Takes what a cell prints."""

    def __init__(self, shown: list[Shown]) -> None:
        self._shown = shown

    def write(self, text: str) -> int:
        """Add to what was printed last, if nothing was shown since."""
        if self._shown and "stdout" in self._shown[-1].forms:
            self._shown[-1].forms["stdout"] += text
        else:
            self._shown.append(Shown({"stdout": text}))
        return len(text)


class _Shell(InteractiveShell):
    """IPython without a terminal."""

    displayhook_class = _Hook
    display_pub_class = _Publisher
    source: str
    shown: list[Shown]
    failure: BaseException | None

    def _showtraceback(self, etype: Any, evalue: BaseException, stb: Any) -> None:
        """Say what failed; what the drawing of a figure raises is known from here alone."""
        self.failure = evalue
        if isinstance(evalue, Exception):
            print("", *stb, sep="\n", file=sys.stderr)
