"""Data frames as tables of the report, as Markdown so that HTML and PDF show the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd
from IPython.display import Markdown

from hazards.prose import number


class Table(Markdown):
    """A table as Markdown that keeps the data frame it shows, to be exported in full precision."""

    def __init__(self, text: str, frame: pd.DataFrame):
        super().__init__(text)
        self.frame = frame

    def export(self, stem: Path) -> list[str]:
        """Write the table as CSV, JSON (a list of rows) and Markdown; returns the paths."""
        texts = {
            ".csv": self.frame.to_csv(index=False),
            ".json": self.frame.to_json(orient="records", indent=1, force_ascii=False),
            ".md": f"{self.data}\n",
        }
        stem.parent.mkdir(parents=True, exist_ok=True)
        for suffix, text in texts.items():
            stem.with_suffix(suffix).write_text(text, encoding="utf-8")
        return [str(stem.with_suffix(suffix)) for suffix in texts]


def table(frame: pd.DataFrame, digits: int | Mapping[str, int] = 2, columns: Mapping[str, str] | None = None) -> Table:
    """A data frame as a Markdown table: numbers to the right, a missing value as a dash.

    Args:
        frame: its index is not shown.
        digits: decimals of floating-point columns, of all or by heading, 2 where none are given.
        columns: which columns to show, and under which heading; all by default.
    """
    shown = frame if columns is None else frame[list(columns)].rename(columns=columns)
    sides = ["--:" if pd.api.types.is_numeric_dtype(dtype) else ":--" for dtype in shown.dtypes]
    decimals = [digits if isinstance(digits, int) else digits.get(name, 2) for name in shown.columns]
    rows = [map(_cell, row, decimals) for row in shown.itertuples(index=False)]
    lines = map(_row, [map(str, shown.columns), sides, *rows])
    return Table("\n".join(lines), shown)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(value: object, digits: int) -> str:
    if isinstance(value, float):
        return "–" if pd.isna(value) else number(value, digits)
    return str(value).replace("|", r"\|")


def percent(frame: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """A copy with shares (0–1) in these columns as per cent."""
    return frame.assign(**{column: frame[column] * 100 for column in columns})
