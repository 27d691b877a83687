"""The builder without Quarto: a fixture book that uses every construct, and what it refuses."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from book.offline.build import build
from book.parsing import BookError
from pdfs import Pdf
from sample_books import BOOK, CHAPTER_FILES, Page


@pytest.fixture(scope="session")
def output(sample: Path) -> Path:
    return sample / "_book"


@pytest.fixture(scope="session")
def pages(output: Path) -> dict[str, Page]:
    names = ("index", "chapters/first", "chapters/second")
    return {name.split("/")[-1]: Page(output / f"{name}.html") for name in names}


@pytest.fixture(scope="session")
def pdf(output: Path) -> Pdf:
    return Pdf(output / "fixture.pdf")


def test_captions_carry_chapter_numbers(pages: dict[str, Page]) -> None:
    captions = {
        "index": ["Table 1: Headline figures of the smoke profile."],
        "first": ["Figure 1.1: A line, with a mean of 1 %, see Table 1.1.", "Table 1.1: A static table."],
        "second": [
            "Figure 2.1: Two panels.",
            "(a) Rising.",
            "(b) Falling.",
            "Table 2.1: A table printed as markdown.",
            "Figure 2.2: A wide picture of noise.",
            "Figure 2.3: A figure by hand, see Table 2.1.",
            "Figure 2.4: A picture with a caption of its own.",
        ],
    }
    for name, expected in captions.items():
        for caption in expected:
            assert caption in pages[name].text


def test_headings_are_numbered(pages: dict[str, Page]) -> None:
    start = "1 First chapter 1 min read Notebook · PDF · version 1.2.3 This sentence comes from an included file."
    assert f"{start} 1.1 Methods" in pages["first"].text
    assert "1.1.1 Deeper still" in pages["first"].text
    assert "2.1 Same names" in pages["second"].text


def test_references_name_and_reach_their_targets(output: Path, pages: dict[str, Page]) -> None:
    for text in ("Figure 1.1 shows a line, and Section 1.1 says more", "is Chapter 1, the score is Equation 1.1"):
        assert text in pages["index"].text
    assert "Figure 2.1 (a) alone, and 1.1 from the chapter before; see Fig. 1.1." in pages["second"].text
    files = {(output / f).resolve(): p for f, p in zip(("index.html", *CHAPTER_FILES), pages.values(), strict=True)}
    for file, page in files.items():
        for link in page.all("a"):
            if (link["href"] or "").endswith((".ipynb", ".pdf")):
                continue
            target, _, anchor = (link["href"] or "").partition("#")
            reached = files[(file.parent / target).resolve() if target else file]
            assert not anchor or any(a.get("id") == anchor for _, a in reached.elements), (file, link)


def test_citations_and_bibliography(pages: dict[str, Page]) -> None:
    assert "methods (Smith and Jones 2020)" in pages["index"].text
    assert "is from (Li 2021, 3), after Smith and Jones (2020)" in pages["first"].text
    assert "References Li, Chen. 2021." in pages["first"].text
    assert "References" not in pages["second"].text


def test_callouts_tabs_code_and_notes(pages: dict[str, Page]) -> None:
    first, second = pages["first"], pages["second"]
    for kind in ("note", "warning", "important", "caution"):
        assert first.all("aside", **{"class": f"callout {kind}"})
    assert first.all("details", **{"class": "callout tip"})
    tabs, panels = first.all("button", role="tab"), first.all("div", role="tabpanel")
    assert [tab["aria-controls"] for tab in tabs] == [panel["id"] for panel in panels]
    assert ["hidden" in panel for panel in panels] == [False, True]
    assert "Draw the panels" in second.text
    assert len(second.all("details", **{"class": "code-fold"})) == 2
    assert "printed text" in second.text
    assert "never shown" not in second.text
    assert "warn(" in second.text
    assert "UserWarning" not in second.text
    assert second.all("p", **{"class": "raw"})
    assert "Only in HTML." in second.text
    assert "in PDF." not in second.text
    assert "the best of 2 methods is max logit" in pages["index"].text
    assert first.all("dt")
    assert first.all("section", role="doc-endnotes")


def test_pictures_have_alternative_texts(pages: dict[str, Page]) -> None:
    texts = [image["alt"] for page in pages.values() for image in page.all("img")]
    assert texts == [
        'A line rising from "0" to 2.',
        "A rising line.",
        "A falling line.",
        "Noise.",
        "A grey square.",
        "The same square.",
    ]


def test_pages_load_nothing_from_elsewhere(output: Path, pages: dict[str, Page]) -> None:
    for name, file in zip(pages, ("index.html", *CHAPTER_FILES), strict=True):
        for tag, attributes in pages[name].elements:
            for key in ("src", "href", "srcset", "data", "poster"):
                target = attributes.get(key)
                if target is None or tag == "a":
                    continue
                assert ((output / file).parent / target).is_file(), (name, tag, target)
    assert not re.search(r"url\(|@import|https?:", (output / "assets" / "frame.css").read_text())


def test_pages_are_navigable(pages: dict[str, Page]) -> None:
    first = pages["first"]
    assert first.all("a", rel="prev", href="../index.html")
    assert first.all("a", rel="next", href="../chapters/second.html")
    assert first.all("a", **{"aria-current": "page", "href": "../chapters/first.html"})
    assert first.all("a", href="#content", **{"class": "skip"})
    assert first.all("main", id="content")
    assert "On this page" in first.text


def test_pdf_says_the_same(pages: dict[str, Page], pdf: Pdf) -> None:
    captions = re.findall(r"(?:Figure|Table) [\d.]*\d: [A-Z][^.:]*\.", " ".join(p.text for p in pages.values()))
    assert len(captions) >= 8
    for caption in captions:
        assert caption in pdf.text
    for text in ("A fixture of a book", "Contents", "Chapter 2", "1.1 Methods", "Only in PDF.", "References"):
        assert text in pdf.text
    assert "Only in HTML." not in pdf.text
    assert "import matplotlib" not in pdf.text


def test_pdf_carries_alternative_texts(pages: dict[str, Page], pdf: Pdf) -> None:
    texts = [image["alt"] for page in pages.values() for image in page.all("img")]
    assert [text for kind, text in pdf.tags() if kind == "Figure"] == texts


def test_captions_stay_with_their_tables_in_the_pdf(small: Path) -> None:
    table = "\n\n| a |\n|---|\n" + "| first {0} |\n" + "| x |\n" * 8 + "\n: Caption {0}. {{#tbl-{0}}}\n\nText.\n"
    (small / "index.qmd").write_text("# Title\n" + "".join(table.format(number) for number in range(30)))
    build(small)
    pages = Pdf(small / "_book/Small.pdf").texts
    pages = pages[next(i for i, text in enumerate(pages) if "first 0" in text) :]
    of = [[re.findall(rf"{word} (\d+)", page) for page in pages] for word in ("Caption", "first")]
    assert of[0] == of[1]
    assert sum(map(len, of[0])) == 30


BROKEN = {
    "a cell that fails": ("one\n\n```{python}\nx = 1\n\n1 / 0\n```\n", r"index.qmd:8: ZeroDivisionError"),
    "a cell that fails below its options": ("```{python}\n#| label: a\n#| echo: false\n\n1 / 0\n```\n", r"qmd:7: Zero"),
    "a cell that is not Python": ("```{python}\nx = = 1\n```\n", r"index.qmd:4: SyntaxError"),
    "an inline expression that fails": ("one\n\nIt is `{python} nothing`.\n", r"index.qmd:5: NameError"),
    "an unknown cell option": (
        "```{python}\n#| label: a\n#| fig-align: left\n1\n```\n",
        r"index.qmd:5: .*`fig-align`",
    ),
    "invalid YAML in a cell": ('```{python}\n#| label: "a\n1\n```\n', r"index.qmd:4: not valid YAML"),
    "another language": ("```{r}\n1\n```\n", r"index.qmd:3: unknown kind of cell \{r\}"),
    "a block left open": ("```python\n1\n", r"index.qmd:3: this code block is never closed"),
    "an unknown class": ("one\n\n::: {.sidenote}\ntwo\n:::\n", r"index.qmd:5: unknown class .sidenote"),
    "an unknown attribute": ("::: {.callout-note fancy=1}\ntwo\n:::\n", r"index.qmd:3: unknown attribute fancy"),
    "a block of pandoc's left open": ("one\n\n::: {.callout-note}\ntwo\n", r"index.qmd:5: Div unclosed"),
    "an equation that is not TeX": ("one\n\n$$\n\\nope{x}\n$$\n", r"index.qmd:6: Could not convert TeX math"),
    "an unknown shortcode": ("one\n\n{{< video a.mp4 >}}\n", r"index.qmd:5: unknown shortcode `video`"),
    "an unknown label": ("one\n\ntwo @fig-none three\n", r"index.qmd:5: nothing is labelled fig-none"),
    "an unknown citation": ("one\n\ntwo [@doe1999]\n", r"index.qmd:5: no entry doe1999 in the bibliography"),
    "a label used twice": ("$$x$$ {#eq-a}\n\n$$y$$ {#eq-a}\n", r"index.qmd:3: the label eq-a is used twice"),
    "a missing picture": ("one\n\n![](none.png)\n", r"index.qmd:5: there is no picture none.png"),
    "a picture from elsewhere": ("![](https://x.org/a.png)\n", r"index.qmd:3: this picture lies outside"),
    "a dead link": ("[a](chapters/none.qmd)\n", r"index.qmd:3: this link leads nowhere"),
    "a missing include": ("{{< include none.md >}}\n", r"index.qmd:3: cannot read none.md"),
    "an HTML output": (
        "```{python}\nfrom IPython.display import HTML\nHTML('x')\n```\n",
        r"index.qmd:3: the cell shows text/html",
    ),
    "a figure that is not drawn": (
        "```{python}\n#| label: fig-a\n#| fig-cap: None.\nprint('x')\n```\n",
        r"index.qmd:3: the cell `fig-a` shows neither a picture nor markdown",
    ),
    "a reference and a citation in one": (
        "$$x$$ {#eq-a}\n\nsee [@eq-a; @smith2020]\n",
        r"index.qmd:5: write references to the book and citations in brackets of their own: @smith2020",
    ),
    "a citation and a reference in one": ("$$x$$ {#eq-a}\n\nsee [@smith2020; @eq-a]\n", r"index.qmd:5: .*: @eq-a"),
    "an attribute of a picture": ("![a](s.png){height=2cm}\n", r"index.qmd:3: unknown attribute height"),
    "an attribute of a table": (
        '| a |\n|---|\n| 1 |\n\n: A table {#tbl-a tbl-colwidths="[9]"}\n',
        r"index.qmd:7: unknown attribute tbl-colwidths",
    ),
    "a class of a heading": ("## How {.unlisted}\n", r"index.qmd:3: unknown class .unlisted"),
    "an attribute of code": ("one\n\n```{.python filename=a.py}\n1\n```\n", r"index.qmd:5: unknown attribute filename"),
    "a theorem": ("::: {#thm-a}\ntwo\n:::\n", r"index.qmd:3: unknown kind of label thm-a"),
    "a label on a line of its own": ("$$\nx\n$$\n{#eq-a}\n", r"index.qmd:6: this labels nothing: \{#eq-a\}"),
    "LaTeX": ("one\n\n\\newpage\n", r"index.qmd:5: tex reaches neither the pages nor the PDF: \\newpage"),
    "LaTeX in a line": ("one \\LaTeX{} two\n", r"index.qmd:3: tex reaches neither"),
    "a cell shown, not run": ("```{{python}}\n1\n```\n", r"index.qmd:3: unknown kind of cell \{\{python\}\}"),
    "a file that includes itself": ("{{< include index.qmd >}}\n", r"index.qmd:3: index.qmd includes itself"),
    "a cell's label used twice": (
        "```{python}\n#| label: a\n```\n\n```{python}\n#| label: a\n```\n",
        r"index.qmd:7: the label a is used twice",
    ),
    "a cell option of another type": (
        "```{python}\n#| label: fig-a\n#| fig-cap: 3\n1\n```\n",
        r"index.qmd:5: 3 is no value of the cell option `fig-cap`",
    ),
    "fewer captions than pictures": (
        "```{python}\n#| fig-subcap: [a]\nimport matplotlib.pyplot as p\np.plot([1])\np.figure()\np.plot([1]);\n```\n",
        r"index.qmd:3: 1 entries in `fig-subcap` for 2 pictures",
    ),
    "an inline expression that gives nothing": (
        "It is `{python} type('A', (), {'_repr_markdown_': lambda self: None})()`.\n",
        r"index.qmd:3: .* gives neither text nor markdown",
    ),
    "a label without a caption": (
        "```{python}\n#| label: fig-a\nimport matplotlib.pyplot as p\np.plot([1]);\n```\n",
        r"index.qmd:3: the label `fig-a` needs the cell option `fig-cap`",
    ),
}


@pytest.fixture
def small(tmp_path: Path) -> Path:
    (tmp_path / "_quarto.yml").write_text(
        "project:\n  type: book\nbook:\n  title: Small\n  chapters: [index.qmd]\nbibliography: a.bib\n"
    )
    shutil.copy(BOOK / "references.bib", tmp_path / "a.bib")
    shutil.copy(BOOK / "pictures/square.png", tmp_path / "s.png")
    return tmp_path


@pytest.mark.parametrize("name", BROKEN)
def test_errors_name_file_and_line(small: Path, name: str) -> None:
    text, message = BROKEN[name]
    (small / "index.qmd").write_text(f"# Title\n\n{text}")
    (small / "_book").mkdir()
    (small / "_book" / "index.html").write_text("the last good one")
    with pytest.raises(BookError, match=message):
        build(small)
    assert (small / "_book" / "index.html").read_text() == "the last good one"
    assert not list(small.glob(".book-*"))


def test_who_made_the_book_and_where_its_source_lies(small: Path, pages: dict[str, Page]) -> None:
    assert "Ann Author, Bo & Co · 2026-01-31" in pages["index"].text
    assert [meta["content"] for meta in pages["index"].all("meta", name="citation_author")] == ["Ann Author", "Bo & Co"]
    assert not pages["first"].all("meta", name="citation_author")
    assert "View source" not in pages["first"].text
    (small / "index.qmd").write_text("# Title\n\nText.\n")
    config = small / "_quarto.yml"
    config.write_text(config.read_text().replace("title: Small", "title: Small\n  repo-url: https://host.example/a/b"))
    build(small)
    assert "View source" not in Page(small / "_book/index.html").text
    config.write_text(config.read_text().replace("title: Small", "title: Small\n  repo-actions: [issue, source]"))
    build(small)
    links = [link["href"] for link in Page(small / "_book/index.html").all("a")]
    addresses = ["https://host.example/a/b/issues/new", "https://host.example/a/b/blob/main/index.qmd"]
    assert [link for link in links if link.startswith("https")] == addresses


def test_warnings_marks_and_tight_lists_are_no_obstacle(small: Path) -> None:
    warned = "`{python} __import__('sys').stderr.write('warned') and 7`"
    (small / "index.qmd").write_text(
        f"\ufeff---\ntitle: Marked\n---\n\nIt is {warned}.\n\n- $$x$$ {{#eq-a}}\n- See @eq-a.\n", encoding="utf-8"
    )
    build(small)
    text = Page(small / "_book" / "index.html").text
    assert "1 Marked 1 min read PDF It is 7." in text
    assert "See Equation 1.1." in text


def test_an_expression_that_shows_nothing_leaves_the_sentences_around_it(small: Path) -> None:
    nothing = "`{python} __import__('hazards.prose').prose.NOTHING`"
    (small / "index.qmd").write_text(f"# Small\n\nBefore.\n{nothing}\nAfter. {nothing} End.\n\n{nothing} Alone.\n")
    build(small)
    assert "Before. After. End. Alone." in Page(small / "_book" / "index.html").text


def test_chapters_share_no_names(small: Path) -> None:
    others = [f"{number}.qmd" for number in range(4)]
    for file in others:
        (small / file).write_text("---\ntitle: Other\n---\n\n`{python} ('found' in globals(), found := 1)[0]`\n")
    book = "project:\n  type: book\nbook:\n  title: Small\n  chapters:\n"
    (small / "_quarto.yml").write_text(book + "".join(f"    - {file}\n" for file in ["index.qmd", *others]))
    (small / "index.qmd").write_text("# Small\n")
    build(small)
    for file in others:
        text = Page(small / "_book" / file.replace(".qmd", ".html")).text
        assert "False" in text
        assert "True" not in text


@pytest.mark.parametrize("folder", [".", "..", "chapters", "chapters/../chapters"])
def test_a_folder_of_sources_is_never_replaced(small: Path, folder: str) -> None:
    for file in ("index.qmd", "chapters/one.qmd"):
        (small / file).parent.mkdir(exist_ok=True)
        (small / file).write_text("# Title\n")
    config = small / "_quarto.yml"
    text = config.read_text().replace("type: book", f"output-dir: {folder}")
    config.write_text(text.replace("[index.qmd]", "[index.qmd, chapters/one.qmd]"))
    with pytest.raises(BookError, match=r"`output-dir` .* holds the book's own files"):
        build(small)
    assert (small / "chapters/one.qmd").exists()


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("number-sections: false", r"_quarto\.yml:6: unknown key `number-sections`"),
        ("execute: {ech: false}", r"_quarto\.yml:6: unknown key `execute: ech`"),
        ("book: {title: A, chapters: [one.qmd]}", "with index.qmd in it"),
        ("book: {title: A, chapters: [index.qmd, a.ipynb]}", "a list of .qmd files"),
    ],
)
def test_configuration_without_effect_is_refused(small: Path, line: str, message: str) -> None:
    config = small / "_quarto.yml"
    config.write_text(config.read_text().rstrip().replace("bibliography: a.bib", line))
    with pytest.raises(BookError, match=message):
        build(small)


def test_configuration_errors(small: Path, tmp_path: Path) -> None:
    with pytest.raises(BookError, match="this is not the directory of a book"):
        build(small / "elsewhere")
    config = small / "_quarto.yml"
    config.write_text(config.read_text().replace("title: Small", "titel: Small"))
    with pytest.raises(BookError, match=r"_quarto\.yml:4: unknown key `book: titel`"):
        build(small)


def test_pre_render_runs_first_and_may_fail(small: Path) -> None:
    (small / "index.qmd").write_text("# Title\n\n{{< include made.md >}}\n")
    config = small / "_quarto.yml"
    config.write_text(config.read_text().replace("type: book", "pre-render: echo made before > made.md"))
    build(small)
    assert "made before" in Page(small / "_book" / "index.html").text
    config.write_text("project: {pre-render: 'false'}\nbook: {title: Small, chapters: [index.qmd]}\n")
    with pytest.raises(BookError, match="the pre-render command failed: false"):
        build(small)
