"""Numbers and lists as sentences have them, the same in every chapter."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath


class _Markdown(str):
    """Of a plain string Quarto shows every character, also of a comment."""

    def _repr_markdown_(self) -> str:
        return str(self)


NOTHING: str = _Markdown("<!-- -->")
"""What an inline expression gives that shows nothing: for an empty text Quarto shows the expression itself."""


def number(value: float, digits: int = 1) -> str:
    """A number with so many decimals and a minus sign that is one."""
    return f"{value:z.{digits}f}".replace("-", "\N{MINUS SIGN}")


def share(value: float, digits: int = 1) -> str:
    """A share, 0–1, in per cent: ``12.3 %``."""
    return f"{number(value * 100, digits)} %"  # a plain space: Quarto shows what repr makes of an inline value


def image_title(name: str) -> str:
    """What readers see of an image's name, a path: ``image t5/12`` for ``test/images/t5/12.png``."""
    path = PurePosixPath(name)
    return f"image {path.parent.name}/{path.stem}"


def listed(words: Iterable[str]) -> str:
    """Words as a list: ``a``, ``a and b``, ``a, b and c``; ``none`` where there is none."""
    *first, last = tuple(words) or ("none",)
    return f"{', '.join(first)} and {last}" if first else last
