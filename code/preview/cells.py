"""Runs the Python cells of a chapter and gives back markdown in which every line knows its source.

Cells become pandoc markdown: the code in a fenced block, a labelled output in a fenced div whose last
paragraph is the caption, which is also how Quarto lets an author write a figure by hand.
"""

from __future__ import annotations

import base64
import io
import re
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
import yaml
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from PIL import Image

SVG_LIMIT = 300_000
"""Bytes up to which a figure is kept as vectors; above, its picture at twice the screen's resolution is smaller."""

DEFAULTS: dict[str, Any] = {"echo": True, "eval": True, "output": True, "include": True, "warning": True}
DEFAULTS |= {"code-fold": False, "code-summary": "Code", "fig-width": 7, "fig-height": 5}
OPTIONS = {*DEFAULTS, "label", "fig-cap", "fig-alt", "fig-subcap", "tbl-cap", "layout-ncol", "column"}
FENCE = re.compile(r"^\s*(`{3,}|~{3,})\s*(.*?)\s*$")
INLINE = re.compile(r"(?<!`)`\{python\}[ \t]+([^`]+)`")
INCLUDE = re.compile(r"^\{\{<\s*include\s+(\S+)\s*>\}\}\s*$")

SETUP = """
import matplotlib_inline.backend_inline as _inline
import matplotlib.pyplot as _plt
_plt.rcParams["figure.figsize"] = ({}, {})
_inline.set_matplotlib_formats("svg", "png", dpi=192)
del _inline, _plt
"""


class BookError(Exception):
    """The book cannot be built; the message names the file, the line and what is wrong."""


class Line(NamedTuple):
    """One line of markdown and the place it came from, `file:line`."""

    place: str
    text: str


@dataclass
class Chapter:
    """A chapter after execution. `name` is its path in the project without the suffix, such as `chapters/data`."""

    file: str
    options: dict[str, Any] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.file.removesuffix(".qmd")


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


def segments(lines: list[Line]) -> Iterator[tuple[str | None, list[Line]]]:
    """Split into text (None), static code blocks ("") and Python cells ("python"), fences of cells left out."""
    text: list[Line] = []
    rest = iter(lines)
    for line in rest:
        match = FENCE.match(line.text)
        if match is None:
            text.append(line)
            continue
        fence, info = match.groups()
        block = []
        for inner in rest:
            end = FENCE.match(inner.text)
            if end and end[1].startswith(fence) and not end[2]:
                break
            block.append(inner)
        else:
            raise BookError(f"{line.place}: this code block is never closed")
        if info == "{python}":
            yield None, text
            yield "python", [line, *block]
        elif re.match(r"\{\w", info):
            raise BookError(f"{line.place}: unknown kind of cell {info}; only {{python}} runs")
        else:
            yield None, text
            yield "", [line, *block, inner]
        text = []
    yield None, text


class Runner:
    """A kernel that runs one chapter from top to bottom. Use as a context manager."""

    def __init__(self, root: Path, chapter: Chapter, cwd: Path, media: Path, formats: dict[str, dict]) -> None:
        self.root, self.chapter, self.media, self.formats = root, chapter, media, formats
        self.count = 0
        self.notebook = nbformat.v4.new_notebook()
        self.client = NotebookClient(
            self.notebook,
            timeout=None,
            kernel_name="python3",
            resources={"metadata": {"path": str(cwd)}},
            coalesce_streams=True,
            # The kernel would warn at each start that its local socket is not encrypted.
            extra_arguments=["--log-level=ERROR"],
        )

    def execute(self, code: str, locate: Callable[[int], str]) -> list[Any]:
        """Run code and return its outputs; `locate` turns a line of the code (from 1) into a place."""
        cell = nbformat.v4.new_code_cell(code)
        self.notebook.cells.append(cell)
        try:
            self.client.execute_cell(cell, len(self.notebook.cells) - 1)
        except CellExecutionError as error:
            trace = re.sub(r"\x1b\[[0-9;]*m", "", error.traceback)
            hits = re.findall(r"(?:Cell In\[\d+\], line|<ipython-input[^>]*>, line) (\d+)", trace)
            place = locate(int(hits[0]) if hits else 1)
            print(f"\n{trace}", file=sys.stderr)
            raise BookError(f"{place}: {error.ename}: {error.evalue}") from error
        except DeadKernelError as error:
            raise BookError(f"{locate(1)}: the Python process ended in this cell (out of memory?)") from error
        return cell.outputs

    def inline(self, line: Line) -> Line:
        """Replace each `{python} expression` of a line by its value."""

        def value(match: re.Match[str]) -> str:
            code = f"__inline = ({match[1]})\n__inline if hasattr(__inline, '_repr_markdown_') else print(__inline)"
            output = self.execute(code, lambda _: line.place)[0]
            return output["data"]["text/markdown"] if "data" in output else output["text"].rstrip("\n")

        return Line(line.place, INLINE.sub(value, line.text))

    def cell(self, block: list[Line], total: int) -> list[str]:
        """Run one cell, its opening fence first in `block`, and give the markdown that replaces it."""
        self.count += 1
        heads = [line for line in block[1:] if line.text.startswith("#|")]
        options: dict[str, Any] = {}
        place = heads[0].place if heads else block[0].place
        for line in heads:
            key = line.text[2:].split(":")[0].strip()
            if re.match(r"#\| ?\w[\w-]*:", line.text) and key not in OPTIONS:
                raise BookError(f"{line.place}: unknown cell option `{key}`; known are {', '.join(sorted(OPTIONS))}")
        options = parse_yaml("\n".join(line.text[2:] for line in heads), place, OPTIONS)
        code = "\n".join(line.text for line in block[1:] if line not in heads)
        view = {name: {**DEFAULTS, **base, **options} for name, base in self.formats.items()}
        chosen = view["html"]
        name = options.get("label", f"cell-{self.count}")
        print(f"{self.chapter.file}: cell {self.count} of {total}, {name} …", end="", file=sys.stderr, flush=True)
        start = time.monotonic()
        # Blank lines stand for the options, so that line numbers in a traceback are those of the block.
        source = "\n".join("" if line in heads else line.text for line in block[1:])
        outputs = self.execute(source, lambda n: block[min(n, len(block) - 1)].place) if chosen["eval"] else []
        print(f" {time.monotonic() - start:.1f} s", file=sys.stderr)
        if not chosen["include"]:
            return []
        shown = [name for name in view if view[name]["echo"]]
        result = [] if not shown else self.code_block(code, chosen, shown)
        return result + (self.output(outputs, chosen, name, block[0].place) if chosen["output"] else [])

    def code_block(self, code: str, options: dict[str, Any], shown: list[str]) -> list[str]:
        summary = options["code-summary"].replace('"', '\\"')
        fold = f' fold="{summary}"' if options["code-fold"] not in (False, "none") else ""
        block = [f"`````{{.python .cell-code{fold}}}", *code.strip("\n").splitlines(), "`````", ""]
        if len(shown) == len(self.formats):
            return block
        return [f':::::: {{.content-visible when-format="{shown[0]}"}}', *block, "::::::", ""]

    def output(self, outputs: list[Any], options: dict[str, Any], name: str, place: str) -> list[str]:
        """Markdown of a cell's outputs: plain, or a float with label and caption."""
        pictures = sum("image/png" in out.get("data", {}) for out in outputs)
        alts = options.get("fig-alt", "")
        alts = alts if isinstance(alts, list) else [alts] * pictures
        captions = options.get("fig-subcap") or []
        parts: list[str] = []
        seen = 0
        for out in outputs:
            data = out.get("data", {})
            if "image/png" in data or "image/svg+xml" in data:
                stem = f"{name}-{seen + 1}" if pictures > 1 else name
                parts += self.picture(data, stem, alts[seen] if seen < len(alts) else "", captions[seen : seen + 1])
                seen += 1
            elif out.output_type == "execute_result" and pictures and "text/markdown" not in data:
                continue  # the repr of an axes object, not meant for readers
            else:
                parts += self.text(out, options, place)
        label, kind = options.get("label", ""), str(options.get("label", "")).split("-")[0]
        layout = f'layout-ncol="{options["layout-ncol"]}"' if "layout-ncol" in options else ""
        column = f".column-{options['column']}" if "column" in options else ""
        caption = options.get(f"{kind}-cap")
        if kind not in ("fig", "tbl"):
            return [f"::::: {{{column} {layout}}}", *parts, ":::::", ""] if layout or column else parts
        if not caption:
            raise BookError(f"{place}: the label `{label}` needs the cell option `{kind}-cap`")
        if not parts:
            raise BookError(f"{place}: the cell `{label}` shows nothing")
        return [f"::::: {{#{label} {column} {layout}}}", *parts, *caption.strip().splitlines(), ":::::", ""]

    def picture(self, data: dict[str, Any], stem: str, alt: str, caption: list[str]) -> list[str]:
        svg, png = data.get("image/svg+xml", ""), base64.b64decode(data.get("image/png", ""))
        suffix, width = ".svg", ""
        if not svg or len(svg) > SVG_LIMIT:
            with Image.open(io.BytesIO(png)) as image:
                dpi = image.info.get("dpi", (96, 96))[0]
                suffix, width = ".png", f' width="{image.width / dpi:.2f}in"'
        file = self.media / f"{self.chapter.name.replace('/', '-')}-{stem}{suffix}"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(png if suffix == ".png" else svg.encode())
        text = alt.strip().replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
        image_line = [f'![](/{self.media.name}/{file.name}){{fig-alt="{text}"{width}}}', ""]
        return [f"::: {{#{stem}}}", *image_line, caption[0], ":::", ""] if caption else image_line

    def text(self, out: Any, options: dict[str, Any], place: str) -> list[str]:
        if out.output_type == "stream":
            if out.name == "stderr" and not options["warning"]:
                return []
            if options["output"] == "asis" and out.name == "stdout":
                return ["", *out.text.splitlines(), ""]
            return ["`````{.output}", *out.text.rstrip("\n").splitlines(), "`````", ""]
        if "text/markdown" in out.data:
            return ["", *out.data["text/markdown"].splitlines(), ""]
        if set(out.data) == {"text/plain"}:
            return ["`````{.output}", *out.data["text/plain"].splitlines(), "`````", ""]
        kinds = ", ".join(sorted(set(out.data) - {"text/plain"}))
        raise BookError(f"{place}: the cell shows {kinds}, which fits no PDF; let it show a picture or markdown")


def run_chapter(root: Path, file: str, config: dict[str, Any], media: Path) -> Chapter:
    """Execute a chapter and return its markdown. `config` is the whole of `_quarto.yml`."""
    chapter = Chapter(file)
    lines = read(root, file, "_quarto.yml")
    if lines and lines[0].text.strip() == "---":
        end = next((i for i, line in enumerate(lines[1:], 1) if line.text.strip() in ("---", "...")), None)
        if end is None:
            raise BookError(f"{lines[0].place}: the YAML at the head of the chapter is never closed")
        text = "\n".join(line.text for line in lines[1:end])
        chapter.options = parse_yaml(text, lines[0].place, {"title", "execute", "jupyter"})
        lines = lines[end + 1 :]
    if title := chapter.options.get("title"):
        chapter.lines = [Line(f"{file}:2", f"# {title}"), Line(f"{file}:2", "")]
    formats = {}
    for name in ("html", "typst"):
        own = config.get("format", {}).get(name) or {}
        sources = (config.get("execute"), own, own.get("execute"), chapter.options.get("execute"))
        formats[name] = {k: v for source in sources for k, v in (source or {}).items() if k in DEFAULTS}
    parts = list(segments(lines))
    total = sum(kind == "python" for kind, _ in parts)
    cwd = root if config.get("project", {}).get("execute-dir") == "project" else (root / file).parent
    runner = Runner(root, chapter, cwd, media, formats)
    live = total or any(INLINE.search(line.text) for kind, block in parts if kind is None for line in block)
    if not live:
        chapter.lines += [line for _, block in parts for line in block]
        return chapter
    with runner.client.setup_kernel():
        sizes = [formats["html"].get(key, DEFAULTS[key]) for key in ("fig-width", "fig-height")]
        runner.execute(SETUP.format(*sizes), lambda _: f"{file}:1")
        for kind, block in parts:
            if kind == "python":
                chapter.lines += [Line(block[0].place, text) for text in ["", *runner.cell(block, total)]]
            elif kind is None:
                chapter.lines += [runner.inline(line) for line in block]
            else:
                chapter.lines += block
    return chapter
