"""Reads a chapter: YAML head, includes, text, static code and Python cells, each line with its place.

Everything that can be wrong before a cell runs is found here, so that no chapter trains for minutes and then
fails on a mistyped option.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from hazards.errors import HazardsError

DEFAULTS: dict[str, Any] = {
    "echo": True,
    "eval": True,
    "output": True,
    "include": True,
    "code-fold": False,
    "code-summary": "Code",
    "fig-width": 7,
    "fig-height": 5,
}
"""Options of a cell and what they are where nothing sets them."""
TYPES: dict[str, Any] = {
    **dict.fromkeys(["echo", "eval", "include", "code-fold"], bool),
    **dict.fromkeys(["label", "code-summary", "fig-cap", "tbl-cap", "column"], str),
    **dict.fromkeys(["fig-width", "fig-height"], int | float),
    "output": bool | str,
    "fig-alt": str | list,
    "fig-subcap": list,
    "layout-ncol": int,
}
OPTIONS = dict.fromkeys(TYPES)
EXECUTE = dict.fromkeys(DEFAULTS)
HEAD = {"title": None, "execute": EXECUTE, "google-scholar": None, "shows-records": None}
FENCE = re.compile(r"^\s*(`{3,}|~{3,})\s*(.*?)\s*$")
INCLUDE = re.compile(r"^\{\{<\s*include\s+(\S+)\s*>\}\}\s*$")
INLINE = re.compile(r"(?<!`)`\{python\}[ \t]+([^`]+)`")
SHORTCODE = re.compile(r"\{\{<\s*([\w-]+).*>\}\}")


class BookError(HazardsError):
    """The book cannot be built; the message names the file, the line and what is wrong."""

    @classmethod
    def at(cls, place: str, error: BaseException) -> BookError:
        """What Python says went wrong at a place."""
        return cls(f"{place}: {type(error).__name__}: {error}")


class Line(NamedTuple):
    """One line and the place it came from, `file:line`: what every error names."""

    place: str
    text: str


class Cell(NamedTuple):
    """A Python cell: its place, its options, and its lines without those of the options."""

    place: str
    options: dict[str, Any]
    lines: list[Line]

    @property
    def code(self) -> str:
        """Its lines as one text."""
        return "\n".join(line.text for line in self.lines)

    @property
    def label(self) -> str:
        """Its label, empty where it has none."""
        return str(self.options.get("label", ""))

    def line_place(self, number: int) -> str:
        """The place of a line, counted from 1."""
        return self.lines[number - 1].place if number <= len(self.lines) else self.place


class Chapter(NamedTuple):
    """A chapter as written: its path in the project, the options at its head, and what stands below."""

    file: str
    options: dict[str, Any]
    pieces: list[Line | Cell]

    @property
    def name(self) -> str:
        """Its file's name without the ending."""
        return Path(self.file).stem

    @property
    def shows_records(self) -> bool:
        """Whether it shows what chapters used: it runs after the others, and again after each of their runs."""
        return bool(self.options.get("shows-records"))

    @property
    def heading(self) -> list[str]:
        """Its title as lines of text, where it stands in its head; elsewhere none."""
        return [f"# {self.options['title']}", ""] if "title" in self.options else []

    @property
    def cells(self) -> list[Cell]:
        """Its cells, in order."""
        return [piece for piece in self.pieces if isinstance(piece, Cell)]


def parse(root: Path, file: str) -> Chapter:
    """Read a chapter of the project `root`; raises BookError for what the builder does not know."""
    lines = read(root, file, "_quarto.yml")
    options: dict[str, Any] = {}
    if lines and lines[0].text.strip() == "---":
        end = next((i for i, line in enumerate(lines[1:], 1) if line.text.strip() == "---"), None)
        if end is None:
            raise BookError(f"{lines[0].place}: the YAML at the head of the chapter is never closed")
        options = parse_yaml(lines[1:end], HEAD)
        lines = lines[end + 1 :]
    parts = list(pieces(lines))
    labelled: set[str] = set()
    for cell in parts:
        label = cell.label if isinstance(cell, Cell) else ""
        if label in labelled:
            raise BookError(f"{cell.place}: the label {label} is used twice")
        if label:
            labelled.add(label)
    return Chapter(file, options, parts)


def read(root: Path, file: str, place: str, above: tuple[str, ...] = ()) -> list[Line]:
    """The lines of a chapter, with `{{< include >}}` replaced; `place` is who asks for the file, `above` for whom."""
    if file in above:
        raise BookError(f"{place}: {file} includes itself")
    try:
        text = (root / file).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BookError(f"{place}: cannot read {file}: {error}") from error
    lines: list[Line] = []
    for number, content in enumerate(text.splitlines(), 1):
        here = f"{file}:{number}"
        match = INCLUDE.match(content)
        inner = match and (Path(file).parent / match[1]).as_posix()
        lines += read(root, inner, here, (*above, file)) if inner else [Line(here, content)]
    return lines


def parse_yaml(lines: list[Line], known: dict[str, Any]) -> dict[str, Any]:
    """Lines of YAML as values. `known` maps a key to the keys below it, or to None where anything may stand."""
    places = [line.place for line in lines]
    try:
        loader = yaml.SafeLoader("\n".join(line.text for line in lines))
        node = loader.get_single_node()
        values = loader.construct_document(node) if node else {}
    except yaml.YAMLError as error:
        mark = getattr(error, "context_mark", None) or getattr(error, "problem_mark", None)
        place = places[min(mark.line, len(places) - 1) if mark else 0]
        raise BookError(f"{place}: not valid YAML: {' '.join(str(error).split())}") from error
    if node:
        check_keys(node, known, places)
    return values


def check_keys(node: yaml.Node, known: dict[str, Any], places: list[str], above: str = "") -> None:
    if not isinstance(node, yaml.MappingNode):
        raise BookError(f"{places[node.start_mark.line]}: expected `{above}key: value`")
    for key, value in node.value:
        name = f"{above}{key.value}"
        if key.value not in known:
            place = places[key.start_mark.line]
            raise BookError(f"{place}: unknown key `{name}`; known are {', '.join(sorted(known))}")
        if known[key.value]:
            check_keys(value, known[key.value], places, f"{name}: ")


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
        elif re.match(r"\{+\w", info):
            raise BookError(f"{line.place}: unknown kind of cell {info}; only {{python}} runs")
        else:
            yield from block


def parse_cell(place: str, lines: list[Line]) -> Cell:
    head = [Line(at, text[2:]) for at, text in lines if text.startswith("#|")]
    options = parse_yaml(head, OPTIONS)
    for name, value in options.items():
        if not isinstance(value, TYPES[name]):
            at = next((at for at, text in head if name in text), place)
            raise BookError(f"{at}: {value!r} is no value of the cell option `{name}`")
    label = options.get("label", "")
    caption = f"{label.split('-')[0]}-cap"
    if label.startswith(("fig-", "tbl-")) and caption not in options:
        raise BookError(f"{place}: the label `{label}` needs the cell option `{caption}`")
    code = [line for line in lines if not line.text.startswith("#|")]
    while code and not code[0].text.strip():
        del code[0]  # IPython drops them too, and then counts lines without them
    return Cell(place, options, code)
