"""Reads a chapter: YAML head, includes, text, static code and Python cells, each line with its place.

Everything that can be wrong before a cell runs is found here, so that no chapter trains for minutes and then
fails on a mistyped option.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import yaml

DEFAULTS: dict[str, Any] = {"echo": True, "eval": True, "output": True, "include": True, "warning": True}
DEFAULTS |= {"code-fold": False, "code-summary": "Code", "fig-width": 7, "fig-height": 5}
OPTIONS = {*DEFAULTS, "label", "fig-cap", "fig-alt", "fig-subcap", "tbl-cap", "layout-ncol", "column"}
FENCE = re.compile(r"^\s*(`{3,}|~{3,})\s*(.*?)\s*$")
INLINE = re.compile(r"(?<!`)`\{python\}[ \t]+([^`]+)`")
INCLUDE = re.compile(r"^\{\{<\s*include\s+(\S+)\s*>\}\}\s*$")

SHORTCODE = re.compile(r"\{\{<\s*([\w-]+).*>\}\}")


class BookError(Exception):
    """The book cannot be built; the message names the file, the line and what is wrong."""


class Line(NamedTuple):
    """One line of markdown and the place it came from, `file:line`."""

    place: str
    text: str


@dataclass
class Cell:
    """A Python cell: its options, and its lines below the opening fence, the options' lines blank."""

    place: str
    options: dict[str, Any]
    lines: list[Line]


@dataclass
class Source:
    """A chapter as written. `name` is its path in the project without the suffix, such as `chapters/data`."""

    file: str
    options: dict[str, Any]
    pieces: list[Line | Cell]

    @property
    def name(self) -> str:
        return self.file.removesuffix(".qmd")


def parse(root: Path, file: str) -> Source:
    """Read a chapter of the project `root`; raises BookError for what the builder does not know."""
    lines = read(root, file, "_quarto.yml")
    options: dict[str, Any] = {}
    if lines and lines[0].text.strip() == "---":
        end = next((i for i, line in enumerate(lines[1:], 1) if line.text.strip() == "---"), None)
        if end is None:
            raise BookError(f"{lines[0].place}: the YAML at the head of the chapter is never closed")
        head = "\n".join(line.text for line in lines[1:end])
        options = parse_yaml(head, lines[0].place, {"title", "execute", "jupyter"})
        title = (
            [Line(lines[0].place, f"# {options['title']}"), lines[end]._replace(text="")] if "title" in options else []
        )
        lines = [*title, *lines[end + 1 :]]
    return Source(file, options, list(pieces(lines)))


def read(root: Path, file: str, place: str) -> list[Line]:
    """The lines of a chapter, with `{{< include >}}` replaced; `place` is who asks for the file."""
    try:
        text = (root / file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BookError(f"{place}: cannot read {file}: {error}") from error
    lines: list[Line] = []
    for number, content in enumerate(text.splitlines(), 1):
        here = f"{file}:{number}"
        if match := INCLUDE.match(content):
            lines += read(root, (Path(file).parent / match[1]).as_posix(), here)
        else:
            lines.append(Line(here, content))
    return lines


def parse_yaml(text: str, place: str, known: set[str]) -> dict[str, Any]:
    try:
        values = yaml.safe_load(text) or {}
    except yaml.YAMLError as error:
        raise BookError(f"{place}: not valid YAML: {' '.join(str(error).split())}") from error
    if not isinstance(values, dict):
        raise BookError(f"{place}: expected `key: value`, found {text.strip()!r}")
    for key in values:
        if key not in known:
            raise BookError(f"{place}: unknown option `{key}`; known are {', '.join(sorted(known))}")
    return values


def pieces(lines: list[Line]) -> Iterator[Line | Cell]:
    """Join the lines of each Python cell; lines of text and of static code blocks stay single."""
    rest = iter(lines)
    for line in rest:
        match = FENCE.match(line.text)
        if match is None:
            if unknown := SHORTCODE.search(line.text):
                raise BookError(f"{line.place}: unknown shortcode `{unknown[1]}`")
            yield line
            continue
        fence, info = match.groups()
        block = [line]
        for inner in rest:
            block.append(inner)
            end = FENCE.match(inner.text)
            if end and end[1].startswith(fence) and not end[2]:
                break
        else:
            raise BookError(f"{line.place}: this code block is never closed")
        if info == "{python}":
            yield parse_cell(line.place, block[1:-1])
        elif re.match(r"\{\w", info):
            raise BookError(f"{line.place}: unknown kind of cell {info}; only {{python}} runs")
        else:
            yield from block


def parse_cell(place: str, lines: list[Line]) -> Cell:
    heads = [line for line in lines if line.text.startswith("#|")]
    for line in heads:
        key = re.match(r"#\| ?([\w-]+):", line.text)
        if key and key[1] not in OPTIONS:
            raise BookError(f"{line.place}: unknown cell option `{key[1]}`; known are {', '.join(sorted(OPTIONS))}")
    head = "\n".join(line.text[2:] for line in heads)
    options = parse_yaml(head, heads[0].place if heads else place, OPTIONS)
    label = str(options.get("label", ""))
    caption = f"{label.split('-')[0]}-cap"
    if label.startswith(("fig-", "tbl-")) and caption not in options:
        raise BookError(f"{place}: the label `{label}` needs the cell option `{caption}`")
    return Cell(place, options, [line._replace(text="") if line in heads else line for line in lines])
