"""The controls of the built book, in its own pages: by mouse, by keyboard, and what they remember.

Run with `make test-pages` after `make report`, as test_pages.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from book_pages import BOOK, require_book

pytestmark = pytest.mark.pages
RENDERER = require_book()
START, EXPLORER, LONG_TABLE = "index.html", "chapters/anomaly-methods.html", "chapters/reproducibility.html"


@pytest.fixture
def visit(browser: Browser, serve: Callable) -> Iterator[Callable[..., Page]]:
    """Open a page of the book from a web server, all pages of a test in one context."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    address = serve(BOOK)

    def open_page(file: str) -> Page:
        page = context.new_page()
        page.goto(f"{address}/{file}")
        return page

    yield open_page
    context.close()


def expect_scheme(page: Page, wanted: str) -> None:
    """Wait until the page's background is light or dark, as wanted."""
    color = "getComputedStyle(document.body).backgroundColor.match(/[\\d.]+/g).slice(0, 3).map(Number)"
    dark = f"{color}.reduce((sum, part) => sum + part, 0) < 3 * 128"
    page.wait_for_function(f"() => ({dark}) === {str(wanted == 'dark').lower()}", timeout=5000)


# Light and dark ---------------------------------------------------------------------------------------------


def test_the_page_follows_the_system_until_the_reader_chooses(visit: Callable):
    page = visit(START)
    for system in ("dark", "light", "dark"):
        page.emulate_media(color_scheme=system)
        expect_scheme(page, system)
    page.locator(RENDERER.theme).first.click()
    expect_scheme(page, "light")
    for system in ("light", "dark"):
        page.emulate_media(color_scheme=system)
        page.wait_for_timeout(200)
        expect_scheme(page, "light")


def test_the_choice_stays_over_reloads_and_pages_and_is_made_by_keyboard(visit: Callable):
    page = visit(START)
    page.locator(RENDERER.theme).first.focus()
    page.keyboard.press("Enter")
    expect_scheme(page, "dark")
    page.reload()
    expect_scheme(page, "dark")
    other = visit(EXPLORER)
    expect_scheme(other, "dark")
    other.locator(RENDERER.theme).first.focus()
    other.keyboard.press("Enter")
    page.reload()
    expect_scheme(page, "light")


# The frame --------------------------------------------------------------------------------------------------


def test_the_first_stop_of_the_keyboard_skips_to_the_text(visit: Callable):
    page = visit(EXPLORER)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the text"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_on_a_phone_the_menu_opens_the_chapters(visit: Callable):
    page = visit(START)
    page.set_viewport_size({"width": 390, "height": 844})
    chapter = page.locator(f"{RENDERER.chapters} a[href$='{EXPLORER}']")
    expect(chapter).to_be_hidden()
    menu = page.locator(RENDERER.menu)
    menu.focus()
    page.keyboard.press("Enter")
    expect(chapter).to_be_visible()
    assert menu.get_attribute("aria-expanded") == "true"
    chapter.click()
    page.wait_for_url(f"**/{EXPLORER}")


@pytest.mark.parametrize("way", ["mouse", "keyboard"])
def test_a_search_leads_to_the_section_found(visit: Callable, way: str):
    page = visit(START)
    if way == "mouse":
        page.locator(".search-open").click()
    else:
        page.keyboard.press("/")
    page.keyboard.type("threshold")
    results = page.get_by_role("dialog", name="Search").locator("li a")
    expect(results.first).to_be_visible()
    target = results.first.get_attribute("href")
    if way == "mouse":
        results.first.click()
    else:
        page.keyboard.press("Enter")
    page.wait_for_url(target)
    page.keyboard.press("/")
    page.keyboard.type("zqxzqx")
    expect(results).to_have_count(0)
    for _ in range(2):  # the first empties the field
        page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


# What stands in the text ------------------------------------------------------------------------------------


def columns(page: Page, column: int) -> list[float]:
    cells = page.locator("main table").first.locator(f"tbody tr td:nth-child({column})").all_inner_texts()
    return [float(cell.split()[0].replace("\N{MINUS SIGN}", "-")) for cell in cells if cell != "–"]


@pytest.mark.parametrize("way", ["mouse", "keyboard"])
def test_tables_sort_up_down_and_back(visit: Callable, way: str):
    page = visit(EXPLORER)
    table = page.locator("main table").first
    head = table.get_by_role("columnheader").nth(1)
    written = columns(page, 2)
    orders = []
    for said in ("ascending", "descending", None):
        if way == "mouse":
            head.get_by_role("button").click()
        else:
            head.get_by_role("button").focus()
            page.keyboard.press("Enter" if said else "Space")
        assert head.get_attribute("aria-sort") == said
        orders.append(columns(page, 2))
    assert orders == [sorted(written), sorted(written, reverse=True), written]
    assert written not in orders[:2]


def test_the_rows_of_the_long_table_can_be_filtered(visit: Callable):
    page = visit(LONG_TABLE)
    field = page.get_by_label("Filter rows").first
    rows = page.locator(".table-box.long").first.locator("tbody tr")
    every = rows.count()
    word = rows.last.locator("td").first.inner_text()
    field.focus()
    page.keyboard.type(word)
    shown = [row.inner_text().lower() for row in rows.all() if row.is_visible()]
    assert 0 < len(shown) < every
    assert all(all(part in row for part in word.lower().split()) for row in shown)
    field.fill("")
    assert rows.locator("visible=true").count() == every


@pytest.mark.parametrize("way", ["mouse", "keyboard"])
def test_a_figure_enlarges_and_gives_the_focus_back(visit: Callable, way: str):
    page = visit("chapters/data.html")
    button = page.get_by_role("button", name="Enlarge Figure").first
    if way == "mouse":
        page.locator("main figure .picture img").first.click()
    else:
        button.focus()
        page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    picture = page.locator("main figure .picture img").first
    assert dialog.locator("img").get_attribute("alt") == picture.get_attribute("alt")
    assert dialog.locator("img").bounding_box()["width"] > picture.bounding_box()["width"]
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(button).to_be_focused()


@pytest.mark.parametrize("way", ["mouse", "keyboard"])
def test_the_line_between_two_pictures_moves(visit: Callable, way: str):
    page = visit("chapters/baseline.html")
    box = page.locator(".compare.live").first
    box.scroll_into_view_if_needed()
    half = shares(box)
    if way == "mouse":
        area = box.bounding_box()
        page.mouse.click(area["x"] + area["width"] / 4, area["y"] + area["height"] / 2)
    else:
        box.get_by_role("slider").focus()
        page.keyboard.press("Home")
    assert half == pytest.approx(0.5, abs=0.01)
    assert shares(box) == pytest.approx(0.25 if way == "mouse" else 0, abs=0.02)


def shares(box: Locator) -> float:
    """The share of the box left of the line between its pictures."""
    return float(box.evaluate("box => getComputedStyle(box).getPropertyValue('--at')").rstrip("%")) / 100


def test_the_explorer_answers_to_mouse_and_keyboard(visit: Callable):
    root = visit(EXPLORER).locator(".explorer-live")
    root.wait_for()
    page = root.page
    slider, image = root.locator("[name=level]"), root.locator(".explorer-image [role=rowheader]")
    first, states = image.inner_text(), [numbers(root)]
    root.locator("[name=picture]").nth(2).click()
    states.append(numbers(root))
    assert image.inner_text() != first
    slider.focus()
    page.keyboard.press("End")
    states.append(numbers(root))
    area = root.locator(".explorer-area").bounding_box()
    page.mouse.click(area["x"] + 0.9 * area["width"], area["y"] + 0.95 * area["height"])
    states.append(numbers(root))
    assert all(before != after for before, after in pairwise(states))
    root.locator("[name=map]").focus()
    page.keyboard.press("Space")
    expect(root.locator(".explorer-map")).to_be_visible()


def numbers(root: Locator) -> list[str]:
    return root.locator("[role=cell]").all_inner_texts()
