"""Every page of the built book loads whole and alone, reads without a script, and is open to everyone.

Run with `make test-pages` after `make report`; the environment's BOOK names another book than `_book`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser

import page_checks
from book_pages import BOOK, require_book
from page_checks import Visit

pytestmark = pytest.mark.pages
RENDERER = require_book()
FILES = sorted(file.relative_to(BOOK).as_posix() for file in BOOK.rglob("*.html"))
SIZES = {"desk": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 844}}


@pytest.fixture
def visit(browser: Browser, serve: Callable) -> Iterator[Callable[..., Visit]]:
    """Open a page of the book from a web server, in a context of its own with these options."""
    contexts = []

    def open_page(file: str, size: str = "desk", **options: object) -> Visit:
        contexts.append(browser.new_context(viewport=SIZES[size], reduced_motion="reduce", **options))
        return Visit(contexts[-1], f"{serve(BOOK)}/{file}")

    yield open_page
    for context in contexts:
        context.close()


@pytest.mark.parametrize("file", FILES)
def test_a_page_loads_whole_and_asks_no_other_host(visit: Callable, file: str):
    loaded = visit(file)
    assert page_checks.broken_images(loaded) == []
    assert page_checks.failed_requests(loaded) == []
    assert page_checks.foreign_requests(loaded) == []
    assert page_checks.messages(loaded) == []


@pytest.mark.parametrize("file", FILES)
def test_a_page_is_light(visit: Callable, file: str):
    assert page_checks.weight(visit(file)) == []


@pytest.mark.parametrize("file", FILES)
def test_links_and_references_lead_somewhere(visit: Callable, file: str):
    assert page_checks.dead_links(BOOK, file) == []
    assert page_checks.leftovers(visit(file)) == []


@pytest.mark.parametrize("file", FILES)
def test_a_page_has_one_title_and_every_picture_a_text(visit: Callable, file: str):
    loaded = visit(file)
    # The first page names the book over its own title; the list of references is a section of the same level.
    titles = loaded.page.locator("h1:not(#bibliography h1)").all_inner_texts()
    assert len(titles) == (2 if file == "index.html" else 1)
    assert page_checks.missing_alts(loaded) == []


def test_code_is_folded_once_and_recipes_stand_open(visit: Callable):
    page = visit("chapters/baseline.html").page
    assert page.locator("details.code-fold").count() > 0
    assert page.locator("details details").count() == 0
    assert page.get_by_text("auxiliary_weight=0.0").first.is_visible()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("file", FILES)
def test_axe_finds_no_serious_fault(visit: Callable, file: str, scheme: str, size: str):
    assert RENDERER.open(page_checks.violations(visit(file, size, color_scheme=scheme))) == []


@pytest.mark.parametrize("file", FILES)
def test_nothing_is_wider_than_a_phone(visit: Callable, file: str):
    assert page_checks.overflow(visit(file, "phone", is_mobile=True, has_touch=True)) == []


@pytest.mark.parametrize("file", FILES)
def test_tab_reaches_every_control_and_shows_where_it_is(visit: Callable, file: str):
    assert RENDERER.open(page_checks.keyboard(visit(file))) == []


@pytest.mark.parametrize("file", FILES)
def test_without_a_script_text_tables_and_figures_are_there(visit: Callable, file: str):
    loaded = visit(file)
    page_checks.broken_images(loaded)
    assert page_checks.lost_without_script(loaded, visit(file, java_script_enabled=False)) == []


@pytest.mark.parametrize("file", FILES)
def test_a_page_works_from_a_folder_too(browser: Browser, file: str):
    context = browser.new_context()
    loaded = Visit(context, (BOOK / file).as_uri())
    assert page_checks.broken_images(loaded) == []
    assert page_checks.foreign_requests(loaded) == []
    assert [said for said in loaded.messages if not said.startswith(tuple(RENDERER.file_messages))] == []
    context.close()
