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
        paths = [stem.with_suffix(suffix) for suffix in (".csv", ".json", ".md")]
        texts = (
            self.frame.to_csv(index=False),
            self.frame.to_json(orient="records", indent=1, force_ascii=False),
            f"{self.data}\n",
        )
        stem.parent.mkdir(parents=True, exist_ok=True)
        for path, text in zip(paths, texts, strict=True):
            path.write_text(text, encoding="utf-8")
        return list(map(str, paths))


def table(frame: pd.DataFrame, digits: int | Mapping[str, int] = 2, columns: Mapping[str, str] | None = None) -> Table:
    """A data frame as a Markdown table: numbers to the right, a missing value as a dash.

    Args:
        frame: its index is not shown.
        digits: decimals of floating-point columns, of all or by heading, 2 where none are given.
        columns: which columns to show, and under which heading; all by default.
    """
    shown = frame if columns is None else frame[list(columns)].rename(columns=columns)
    numeric = [pd.api.types.is_numeric_dtype(dtype) for dtype in shown.dtypes]
    decimals = [digits if isinstance(digits, int) else digits.get(name, 2) for name in shown.columns]
    lines = [
        _row(str(column) for column in shown.columns),
        _row("--:" if right else ":--" for right in numeric),
        *(_row(map(_cell, row, decimals)) for row in shown.itertuples(index=False)),
    ]
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
