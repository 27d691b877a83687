"""What book/look adds to the pages of both renderers: by mouse and keyboard, from a folder, and without scripts."""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page

from book import post_render, search_index
from hazards.report.sliders import side_by_side, sliders

LOOK = Path(__file__).resolve().parents[2] / "code/book/look"
SCRIPTS = ("page", "tables", "lightbox", "sliders", "search")
RED, BLUE = (np.full((18, 32, 3), color, np.uint8) for color in ((200, 0, 0), (0, 0, 200)))
SLIDERS = sliders([("image 7", RED, BLUE)], ("input", "prediction"))
ROWS = (
    ("C10", "43.3", "41.2 (40.1 to 42.3)", "holds"),
    ("C9", "−6.0", "−0.5 (−2 to 1)", "undecided"),
    ("C2", "1,234", "–", "does not hold"),
    ("C11", "–", "5.0 (4 to 6)", "not testable"),
)
HEADS = ("id", "gain", "interval", "verdict")


def table(rows: tuple[tuple[str, ...], ...]) -> str:
    def line(tag: str, cells: tuple[str, ...]) -> str:
        return f"<tr>{''.join(f'<{tag}>{cell}</{tag}>' for cell in cells)}</tr>"

    body = "".join(line("td", row) for row in rows)
    return f"<table><thead>{line('th', HEADS)}</thead><tbody>{body}</tbody></table>"


def section(name: str, text: str) -> str:
    return f'<section id="{name.lower()}"><h2>{name}</h2>{text}</section>'


FIGURE = '<figure id="fig-a"><p><img src="red.png" alt="Red."></p><figcaption>Figure 1: Red.</figcaption></figure>'
CODE = '<pre class="sourceCode"><code>make report</code></pre><pre class="output"><code>done</code></pre>'
BODY = f"""<h1>Chapter</h1>
{section("Tables", f'<figure id="tbl-a"><figcaption>Table 1: Short.</figcaption>{table(ROWS)}</figure>')}
{section("Long", f'<figure id="tbl-b"><figcaption>Table 2: Long.</figcaption>{table(ROWS * 15)}</figure>')}
{section("Figures", FIGURE)}
{section("Sliders", f"<figure>{SLIDERS.data.split('{=html}')[1].strip('`')}</figure>")}
{section("Code", CODE)}
"""
OTHER = f"""<h1>Other</h1>
{section("Anomalies", "<p>A sofa on the lane.</p>")}
{section("Sizes", "<p>Of 1280×720.</p>")}
"""


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A book of two pages with the scripts and the index beside them."""
    root = tmp_path_factory.mktemp("look")
    shutil.copytree(LOOK, root / "code/book/look")
    (root / "chapters").mkdir()
    Image.fromarray(RED).resize((480, 270)).save(root / "chapters/red.png")
    scripts = "".join(f'<script src="../code/book/look/{name}.js"></script>' for name in SCRIPTS)
    for name, body in (
        ("first", BODY),
        ("second", OTHER),
    ):
        (root / f"chapters/{name}.html").write_text(
            '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Page</title>'
            '<link rel="stylesheet" href="../code/book/look/look.css"></head>'
            f'<body><header class="top"></header><main>{body}</main>{scripts}</body></html>',
            encoding="utf-8",
        )
    post_render.main(root, root)
    return root


@pytest.fixture
def visit(browser: Browser, book: Path) -> Iterator[Callable[..., Page]]:
    """Open the first page with these options; an error or a request to elsewhere fails the test."""
    contexts, troubles = [], []

    def open_page(**options: object) -> Page:
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("request", lambda r: r.url.startswith(("data:", book.as_uri())) or troubles.append(r.url))
        page.goto((book / "chapters/first.html").as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert troubles == []


def column(table: Locator, number: int) -> list[str]:
    return table.locator(f"tbody td:nth-child({number})").all_inner_texts()


@pytest.mark.parametrize(
    ("head", "order"), [("gain", ("C9", "C10", "C2", "C11")), ("interval", ("C9", "C11", "C10", "C2"))]
)
def test_numbers_sort_by_value_and_what_is_missing_stays_last(visit, head, order):
    short = visit().locator("table").first
    button = short.get_by_role("button", name=head)
    button.click()
    assert column(short, 1) == list(order)
    assert short.get_by_role("columnheader", name=head).get_attribute("aria-sort") == "ascending"
    button.click()
    assert column(short, 1) == [*order[2::-1], order[3]]
    button.click()
    assert column(short, 1) == [row[0] for row in ROWS]
    assert short.locator("[aria-sort]").count() == 0


def test_by_keyboard_names_sort_by_the_numbers_in_them_and_one_column_at_a_time(visit):
    short = visit().locator("table").first
    short.get_by_role("button", name="gain").press("Space")
    short.get_by_role("button", name="id").press("Enter")
    assert column(short, 1) == ["C2", "C9", "C10", "C11"]
    assert short.locator("[aria-sort]").count() == 1


def test_only_long_tables_scroll_and_have_a_filter_which_keeps_their_order(visit):
    page = visit()
    field = page.get_by_role("searchbox", name="Filter rows")
    assert field.count() == 1
    box = page.locator(".table-box.long")
    assert box.get_attribute("tabindex") == "0"
    assert box.bounding_box()["height"] < page.viewport_size["height"]
    page.locator("table").nth(1).get_by_role("button", name="id").click()
    field.fill("HOLDS c10")
    assert column(box.locator("table"), 1).count("C10") == 15
    assert page.locator("#tbl-b tbody tr:visible").count() == 15
    assert page.locator("#tbl-b output").inner_text() == "15 of 60"


def test_a_figure_fills_the_window_and_gives_the_focus_back(visit):
    page = visit()
    button = page.get_by_role("button", name="Enlarge Figure 1")
    for opened in (lambda: button.press("Enter"), lambda: page.locator("#fig-a img").click()):
        opened()
        dialog = page.get_by_role("dialog", name="Figure 1")
        assert dialog.locator("img").get_attribute("alt") == "Red."
        assert dialog.locator("img").bounding_box()["width"] > page.locator("#fig-a img").bounding_box()["width"]
        page.keyboard.press("Escape")
        assert dialog.count() == 0
        assert button.evaluate("node => node === document.activeElement")


def shown(page: Page, share: float) -> tuple[int, ...]:
    """The colour of the slider at this share of its width."""
    box = page.locator(".compare").bounding_box()
    image = Image.open(io.BytesIO(page.locator(".compare").screenshot())).convert("RGB")
    return image.getpixel((int(share * box["width"]), 20))


def test_the_line_between_two_pictures_moves_by_keyboard_and_mouse(visit):
    page = visit()
    slider = page.get_by_role("slider", name="image 7: input left, prediction right")
    assert shown(page, 0.3) == (200, 0, 0)
    assert shown(page, 0.7) == (0, 0, 200)
    slider.press("Home")
    assert shown(page, 0.3) == (0, 0, 200)
    slider.press("PageUp")
    assert slider.get_attribute("aria-valuetext") == "10 % input"
    box = page.locator(".compare").bounding_box()
    page.mouse.click(box["x"] + 0.9 * box["width"], box["y"] + 20)
    assert shown(page, 0.7) == (200, 0, 0)


def test_two_pictures_fill_their_box_in_the_dark_too(visit):
    page = visit(color_scheme="dark")
    assert shown(page, 0.005) == (200, 0, 0)
    assert shown(page, 0.995) == (0, 0, 200)


def test_without_scripts_two_pictures_stand_side_by_side_and_tables_whole(visit):
    page = visit(java_script_enabled=False)
    left, right = (each.bounding_box() for each in page.locator(".compare img").all())
    assert left["x"] + left["width"] <= right["x"] + 0.1
    assert page.locator("#tbl-b tr:visible").count() == 61
    assert page.locator("button, input").count() == 0


def test_sliders_are_two_rows_of_a_figure_in_the_pdf():
    figure = side_by_side([("image 7", RED, BLUE), ("image 8", BLUE, RED)], ("input", "prediction"), "made up")
    pictures = [axes.images[0].get_array()[0, 0].tolist() for axes in figure.axes]
    assert pictures == [[200, 0, 0], [0, 0, 200], [0, 0, 200], [200, 0, 0]]
    assert [axes.get_title() for axes in figure.axes] == ["image 7", "image 8", "", ""]
    assert [axes.get_ylabel() for axes in figure.axes] == ["input", "", "prediction", ""]


def test_code_is_copied_and_what_it_printed_has_no_button(visit):
    page = visit(permissions=["clipboard-read", "clipboard-write"])
    button = page.get_by_role("button", name="Copy")
    assert button.count() == 1
    button.click()
    page.get_by_role("button", name="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == "make report"


def test_headings_and_captions_link_to_themselves(visit):
    page = visit()
    for link in page.locator(".deep-link").all():
        target = link.get_attribute("href")[1:]
        assert link.evaluate("node => node.closest('[id]').id") == target
    assert page.get_by_role("link", name="Link to Figure 1").count() == 1
    assert page.get_by_role("heading", name="Tables").inner_text() == "Tables"


def test_verdicts_are_marked_and_read_as_before(visit):
    marks = visit().locator("#tbl-a .verdict")
    assert marks.all_inner_texts() == [row[3] for row in ROWS]
    signs = marks.evaluate_all("marks => marks.map((mark) => getComputedStyle(mark, '::before').content)")
    assert len(set(signs)) == 4


def test_search_finds_sections_of_other_pages_from_a_folder(visit):
    page = visit()
    page.keyboard.press("/")
    field = page.get_by_role("searchbox", name="Search the report")
    assert field.evaluate("node => node === document.activeElement")
    field.fill("sofa lan")
    page.locator(".search li").wait_for()
    assert re.sub(r"\s+", " ", page.locator(".search li").inner_text()) == "Anomalies · Other A sofa on the lane."
    page.keyboard.press("Enter")
    page.wait_for_url("**/second.html#anomalies")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("searchbox", name="Search the report").fill("zebra")
    page.get_by_text("0 sections").wait_for()
    page.keyboard.press("Escape")
    assert page.get_by_role("dialog").count() == 0


def test_search_takes_signs_that_are_no_letters(visit):
    page = visit()
    page.keyboard.press("/")
    page.get_by_role("searchbox", name="Search the report").fill("1280×720")
    page.locator(".search mark").wait_for()
    assert page.locator(".search mark").inner_text() == "1280×720"


def test_pictures_become_light_and_drawings_lose_nothing(tmp_path):
    random = np.random.default_rng(0)
    photo = random.integers(0, 256, (400, 400, 3), np.uint8)
    drawing = random.integers(0, 2, (400, 400, 1), np.uint8).repeat(3, 2) * 255
    for name, pixels in (("photo", photo), ("drawing", drawing), ("tiny", RED)):
        Image.fromarray(pixels).save(tmp_path / f"{name}.png")
    page = tmp_path / "page.html"
    sources = ["photo.png", "drawing.png", "tiny.png", "https://a.org/b.png"]
    page.write_text("".join(f'<img alt="" src="{source}">' for source in sources))
    post_render.lighten(page, tmp_path / "light")
    shown = page.read_text()
    assert re.findall('src="([^"]*)"', shown) == ["photo.webp", "drawing.webp", "tiny.png", "https://a.org/b.png"]
    assert (np.asarray(Image.open(tmp_path / "drawing.webp")) == drawing).all()
    assert np.abs(np.asarray(Image.open(tmp_path / "photo.webp")).mean((0, 1)) - photo.mean((0, 1))).max() < 2


def test_a_picture_that_has_changed_is_made_light_again(tmp_path):
    page = tmp_path / "page.html"
    for grey in (100, 200):
        noise = np.random.default_rng(0).integers(grey - 20, grey + 20, (400, 400, 3), np.uint8)
        Image.fromarray(noise).save(tmp_path / "photo.png")
        page.write_text('<img alt="" src="photo.png">')
        post_render.lighten(page, tmp_path / "light")
        assert abs(np.asarray(Image.open(tmp_path / "photo.webp")).mean() - grey) < 2
    assert len(list((tmp_path / "light").iterdir())) == 1


def test_what_is_seen_through_a_picture_stays(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 2, (400, 400, 4), np.uint8) * 255
    Image.fromarray(pixels).save(tmp_path / "sign.png")
    page = tmp_path / "page.html"
    page.write_text('<img alt="" src="sign.png">')
    post_render.lighten(page, tmp_path / "light")
    assert "sign.webp" in page.read_text()
    assert (np.asarray(Image.open(tmp_path / "sign.webp"))[..., 3] == pixels[..., 3]).all()


def test_a_broken_picture_is_named(tmp_path):
    (tmp_path / "half.png").write_bytes(b"\x89PNG" + bytes(30_000))
    page = tmp_path / "page.html"
    page.write_text('<img src="half.png" alt="">')
    with pytest.raises(SystemExit, match=r"half\.png is no whole picture"):
        post_render.lighten(page, tmp_path / "light")


def test_sections_end_at_headings_and_leave_out_what_is_not_read():
    html = (
        "<body><nav>Menu</nav><main><header><h1><span>1</span> Data</h1></header><p>All</p>"
        '<section id="a"><h2>Labels</h2><p>Road<script>x</script> <b>line</b><br>ends</p>'
        '<section id="b"><h3>Deep</h3><math><annotation>x^2</annotation></math></section></section></main>After</body>'
    )
    assert search_index.sections(html, "chapters/data.html") == [
        {"title": "1 Data", "chapter": "1 Data", "text": "All", "href": "chapters/data.html"},
        {"title": "Labels", "chapter": "1 Data", "text": "Road line ends", "href": "chapters/data.html#a"},
        {"title": "Deep", "chapter": "1 Data", "text": "", "href": "chapters/data.html#b"},
    ]
