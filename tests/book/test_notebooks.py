"""The notebooks that pages offer: whole, as executed, and such that they run."""

from __future__ import annotations

import base64
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from book import chapters, notebooks, outcomes
from book.figure_files import Output
from book.outcomes import Outcome
from book.parsing import BookError
from sample_books import Page


def read(sample: Path, name: str) -> nbformat.NotebookNode:
    """A notebook of the built book; one that breaks the format's rules fails the test."""
    notebook = nbformat.read(sample / "_book" / name, as_version=4)
    nbformat.validate(notebook)
    return notebook


def cell(notebook: nbformat.NotebookNode, text: str) -> nbformat.NotebookNode:
    """The one cell of code with this text."""
    (wanted,) = [cell for cell in notebook.cells if cell.cell_type == "code" and text in cell.source]
    return wanted


def test_text_has_the_values_and_cells_have_their_options(sample):
    notebook = read(sample, "index.ipynb")
    assert [cell.cell_type for cell in notebook.cells] == ["markdown", "markdown", "code", "markdown"]
    assert "with the profile `mini`" in notebook.cells[0].source
    assert notebook.cells[1].source.startswith("# Overview")
    assert "the best of 2 methods is max logit" in notebook.cells[3].source
    headline = notebook.cells[2]
    assert headline.source.startswith("#| label: tbl-headline\n#| tbl-cap: Headline figures of the *smoke* profile.\n")
    assert headline.outputs[0].data["text/markdown"].startswith("| method | AUROC |")


@pytest.mark.parametrize(("page", "title"), [("index.html", "Overview"), ("chapters/second.html", "Second chapter")])
def test_the_ways_to_other_forms_of_a_page_stand_below_its_title(page, title, sample):
    text = (sample / "_book" / page).read_text()
    assert text.index(f"{title}</h1>") < text.index('class="doors"')


def test_outputs_are_those_of_the_page(sample):
    notebook = read(sample, "chapters/second.ipynb")
    assert notebook.cells[2].source.startswith("#| label: fig-panels")
    assert notebook.cells[1].source == "# Second chapter"
    panels = [output.data["image/svg+xml"] for output in notebook.cells[2].outputs]
    assert panels == [(sample / f"figures/mini/fig-panels-{number}.svg").read_text() for number in (1, 2)]
    assert cell(notebook, "printed text").outputs == [
        {"output_type": "stream", "name": "stdout", "text": "printed text\n"}
    ]
    assert cell(notebook, "never shown").outputs == []


def test_a_notebook_is_the_same_each_time(sample):
    with chapters.of(sample):
        chapter = chapters.read(sample / "chapters/second.qmd")
        assert notebooks.notebook(chapter) == read(sample, "chapters/second.ipynb")


PIXELS = b"\x89PNG and so on"
CELLS = """
# Title

```{python}
draw()
```

```{python}
#| eval: false
never()
```
"""


def test_pixels_are_whole_and_what_was_not_evaluated_will_not_be(tmp_path):
    (tmp_path / "_quarto.yml").write_text("book: {title: Small, chapters: [index.qmd]}")
    (tmp_path / "index.qmd").write_text(CELLS)
    (tmp_path / "a.png").write_bytes(PIXELS)
    with chapters.of(tmp_path):
        chapter = chapters.read(tmp_path / "index.qmd")
        with pytest.raises(BookError, match="has changed since it was executed"):
            notebooks.notebook(chapter)
        outputs = [[Output("picture", "/a.png", "3in")], []]
        outcomes.save(chapter, Outcome(outcomes.cells(chapter), "", [], [], outputs, {}))
        drawn, never = notebooks.notebook(chapter).cells[2:]
    assert base64.b64decode(drawn.outputs[0].data["image/png"]) == PIXELS
    assert "tags" not in drawn.metadata
    assert never.metadata.tags == ["skip-execution"]


def test_a_notebook_runs(sample, tmp_path):
    before = read(sample, "chapters/second.ipynb")
    after = NotebookClient(read(sample, "chapters/second.ipynb"), resources={"metadata": {"path": tmp_path}}).execute()
    assert len(after.cells) == len(before.cells)
    assert cell(after, "tbl-asis").outputs == cell(before, "tbl-asis").outputs
    assert len(cell(after, "fig-panels").outputs) == 2


def test_pages_lead_to_notebooks_and_the_pdf(sample):
    for name in ("index", "chapters/first", "chapters/second"):
        page = Page(sample / "_book" / f"{name}.html")
        targets = [link["href"] for link in page.all("a") if (link["href"] or "").endswith((".ipynb", ".pdf"))]
        files = [(sample / "_book" / name).parent / target for target in targets]
        assert [file.name for file in files] == [f"{Path(name).name}.ipynb", "fixture.pdf"]
        assert all(file.is_file() for file in files)
        assert "version 1.2.3" in page.text
