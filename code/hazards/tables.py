"""Data frames as tables of the report, as Markdown so that HTML and PDF show the same."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd
from IPython.display import Markdown


def table(frame: pd.DataFrame, digits: int = 2, columns: dict[str, str] | None = None) -> Markdown:
    """A data frame as a Markdown table: numbers to the right with `digits` decimals, a missing value as a dash.

    Args:
        frame: its index is not shown.
        digits: decimals of floating-point columns.
        columns: which columns to show, and under which heading; all by default.
    """
    shown = frame if columns is None else frame[list(columns)].rename(columns=columns)
    numeric = [pd.api.types.is_numeric_dtype(dtype) for dtype in shown.dtypes]
    lines = [
        _row(str(column) for column in shown.columns),
        _row("--:" if right else ":--" for right in numeric),
        *(_row(_cell(value, digits) for value in row) for row in shown.itertuples(index=False)),
    ]
    return Markdown("\n".join(lines))


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(value: object, digits: int) -> str:
    if isinstance(value, float):
        return "–" if pd.isna(value) else f"{value:.{digits}f}".replace("-", "\N{MINUS SIGN}")
    return str(value).replace("|", r"\|")


def percent(frame: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """A copy with shares (0–1) in these columns as per cent."""
    return frame.assign(**{column: frame[column] * 100 for column in columns})
