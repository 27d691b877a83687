"""The PDF is a proper book: front matter, running heads, bookmarks, tags, and nothing outside the page's text area."""

from __future__ import annotations

from functools import partial

import pytest
import typst
from PIL import Image

from book.offline.build import build
from pdfs import Pdf

CM = 72 / 2.54
LONG = "text that has to be broken into several lines to fit the column, "
CHAPTER = f"""# Of things {{#sec-things}}

Before the first section.

## Pictures

![A wide one, @tbl-long. Not in the list.](wide.png){{#fig-wide fig-alt="A band."}}

![A tall one](tall.png){{#fig-tall fig-alt="A \\"tower\\"."}}

Half of $\\frac{{x}}{{2}}$ is

$$ y = \\sum_i x_i $$ {{#eq-sum}}

## Tables

Look at @fig-tall.

| key | {" | ".join(f"column {i}" for i in range(10))} |
|---|{"--:|" * 10}
| `0123456789abcdef` | {" | ".join(f"{i}.25" for i in range(10))} |

: Many columns hold 12.5 % each. Not in the list. {{#tbl-columns}}

| name | one | two | three |
|---|---|---|---|
| a | {LONG * 3} | {LONG * 2} | 1 |

: Long texts: Not in the list. {{#tbl-texts}}

| Number | value |
|---|--:|
{"".join(f"| row {i} | {i} |{chr(10)}" for i in range(90))}
: A long one. {{#tbl-long}}

Text after it.

```
{"0123456789" * 8}
```
"""


@pytest.fixture(scope="module")
def pdf(tmp_path_factory: pytest.TempPathFactory) -> Pdf:
    """A book of text, pictures and tables, refused by Typst where PDF/UA-1 asks for more."""
    root = tmp_path_factory.mktemp("book")
    (root / "_quarto.yml").write_text(
        'book: {title: A book, subtitle: Of things, date: "1 May", chapters: [index.qmd, one.qmd]}\nlang: en\n'
    )
    cover = "```{=typst}\n#metadata[\n```\n\n![](wide.png){fig-alt=Cover.}\n\nNumbers of today.\n\n"
    (root / "index.qmd").write_text(f"# Summary {{.unnumbered}}\n\n{cover}```{{=typst}}\n] <cover>\n```\n\nIn short.\n")
    (root / "one.qmd").write_text(CHAPTER)
    Image.new("RGB", (2000, 300), "navy").save(root / "wide.png")
    Image.new("RGB", (900, 3000), "olive").save(root / "tall.png")
    with pytest.MonkeyPatch.context() as patch:
        strict = partial(typst.compile_with_warnings, pdf_standards="ua-1")
        patch.setattr(typst, "compile_with_warnings", strict)
        return Pdf(build(root)[1])


def page_with(pdf: Pdf, text: str) -> int:
    return next(page for page, found in enumerate(pdf.texts) if text in found)


def test_cover_and_metadata(pdf: Pdf) -> None:
    assert pdf.title == "A book"
    assert pdf.texts[0] == "A book Of things Numbers of today. 1 May"
    assert pdf.text.count("Numbers of today") == 1
    assert ("Figure", "Cover.") in pdf.tags()


def test_lists_have_how_captions_begin_and_pages(pdf: Pdf) -> None:
    front = " ".join(pdf.texts[1 : page_with(pdf, "In short.")])
    for entry in (
        "Figure 1.1 A wide one, Table 1.3",
        "Table 1.1 Many columns hold 12.5 % each",
        "Table 1.2 Long texts",
    ):
        assert entry + " ." in front
    assert "Not in the list" not in front
    assert "Not in the list" in pdf.text


def test_lists_and_references_know_where_figures_float_to(pdf: Pdf) -> None:
    place = page_with(pdf, "Figure 1.2: A tall one")
    assert place > page_with(pdf, "Half of")
    assert f" {pdf.labels[place]} " in pdf.text.split("Figure 1.2 A tall one", 1)[1].split("Tables", 1)[0]
    assert place in pdf.linked(1)
    assert place in pdf.linked(page_with(pdf, "Look at Figure 1.2."))


def test_pages_are_numbered_from_the_first_chapter(pdf: Pdf) -> None:
    first = page_with(pdf, "In short.")
    assert pdf.labels == ["i", "ii", *(str(i) for i in range(1, len(pdf.labels) - 1))]
    assert pdf.labels[first] == "1"
    for page in range(1, len(pdf.texts)):
        assert pdf.text_in(page, 0, 2.4 * CM).split("A book")[1].strip() == pdf.labels[page]


def test_running_heads_name_chapter_and_section(pdf: Pdf) -> None:
    heads = [pdf.text_in(page, 27.5 * CM, 29.7 * CM) for page in range(len(pdf.texts))]
    assert heads[page_with(pdf, "Text after it.")] == "1 Of things 1.2 Tables"
    for text in ("In short.", "Before the first section."):
        assert heads[page_with(pdf, text)] == ""


def test_bookmarks(pdf: Pdf) -> None:
    chapter = page_with(pdf, "Before the first section.")
    assert pdf.bookmarks[:3] == [(0, "Summary", chapter - 1), (0, "1 Of things", chapter), (1, "1.1 Pictures", chapter)]
    assert (1, "1.2 Tables") in [each[:2] for each in pdf.bookmarks]


def test_tags_carry_alternative_texts(pdf: Pdf) -> None:
    tags = pdf.tags()
    for tag in (("Figure", "A band."), ("Figure", 'A "tower".'), ("Formula", "y = \\sum_i x_i")):
        assert tag in tags
    assert sum(kind == "THead" for kind, _ in tags) == 3


def test_header_rows_are_repeated(pdf: Pdf) -> None:
    rows = [page for page, text in enumerate(pdf.texts) if " row " in text]
    assert len(rows) > 1
    for page in rows:
        assert "Number value" in pdf.texts[page]
    assert all(f"row {i} " in pdf.text for i in range(90))


def test_nothing_leaves_the_text_area(pdf: Pdf) -> None:
    for page in range(len(pdf.texts)):
        for left, bottom, right, top in pdf.boxes(page):
            assert left > 2.1 * CM, page
            assert right < (21 - 1.8) * CM, page
            assert bottom > 1 * CM, page
            assert top < (29.7 - 1) * CM, page
