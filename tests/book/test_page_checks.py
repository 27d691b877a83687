"""The checks of built pages find what they are for: on a page that is in order nothing, on a broken one the break."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext

import page_checks
from page_checks import Visit

DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
GOOD = """<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>Page</title><meta name="viewport" content="width=device-width"></head>
<body>
<nav aria-label="Chapters"><a href="other.html">Other</a></nav>
<main>
<h1 id="top">Page</h1>
<p>See <a href="other.html#there">Figure 1.1</a>, <a href="#top">above</a> and <code>@fig-code</code>.</p>
<h2>Part</h2>
<figure><img src="dot.png" alt="A dot" width="40"><figcaption>A dot.</figcaption></figure>
<div style="overflow-x: auto" tabindex="0">
<table><thead><tr><th>number</th></tr></thead><tbody><tr><td>1</td></tr></tbody></table>
</div>
<p><label>Name <input></label> <button type="button">Go</button></p>
<details><summary>Code</summary><pre>print(1)</pre></details>
<script>document.title = "Page";</script>
</main>
</body>
</html>
"""
BREAKS = {
    "an error on the console": (page_checks.messages, 'document.title = "Page"', "console.error('broken')", "broken"),
    "an exception": (page_checks.messages, 'document.title = "Page"', "missing.title = 1", "missing is not defined"),
    "a missing script": (page_checks.failed_requests, "<script>", '<script src="gone.js">', "gone.js"),
    "another host": (page_checks.foreign_requests, "<script>", '<script src="http://other.test/a.js">', "other.test"),
    "a heavy page": (page_checks.weight, "<script>", f"<!--{'x' * page_checks.BUDGET}--><script>", "page.html"),
    "a broken picture": (page_checks.broken_images, "dot.png", "page.html", "page.html"),
    "an unresolved reference": (page_checks.leftovers, "Figure 1.1", "?@fig-lost", "?@fig-lost"),
    "markup in the text": (page_checks.leftovers, "Part", "Part {{< pagebreak >}}", "{{<"),
    "a picture without alt": (page_checks.missing_alts, ' alt="A dot"', "", "dot.png"),
    "a picture with an empty alt": (page_checks.missing_alts, 'alt="A dot"', 'alt=""', "dot.png"),
    "faint text": (page_checks.violations, "<h2>", '<h2 style="color: #ccc">', "color-contrast"),
    "faint code in a fold": (page_checks.violations, "<pre>", '<pre style="color: #ccc">', "color-contrast"),
    "a control without a name": (page_checks.violations, ">Go<", "><", "button-name"),
    "no language": (page_checks.violations, ' lang="en"', "", "html-has-lang"),
    "a heading left out": (page_checks.violations, "<h2>Part</h2>", "<h3>Part</h3>", "heading-order"),
    "no main part": (page_checks.violations, "main>", "div>", "landmark-one-main"),
    "a wide picture": (page_checks.overflow, 'width="40"', 'width="2000"', "sideways"),
    "a wide table cut off": (
        page_checks.overflow,
        "overflow-x: auto",
        "width: 100%; overflow-x: hidden; padding-right: 2000px",
        "<div",
    ),
    "a button out of reach": (page_checks.keyboard, "<button", '<button tabindex="-1"', "not reached: <button"),
    "a click that is no control": (page_checks.keyboard, "<h2", '<h2 onclick="print()"', "not reached: <h2"),
    "focus that does not show": (page_checks.keyboard, "<button", '<button style="outline: 0"', "looks the same"),
    "focus out of sight": (
        page_checks.keyboard,
        "<button",
        '<button style="position: fixed; top: -500px"',
        "out of sight",
    ),
}


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 390, "height": 844}, reduced_motion="reduce")
    yield context
    context.close()


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A folder with a page that is in order and what it shows and links to."""
    (tmp_path / "page.html").write_text(GOOD, encoding="utf-8")
    (tmp_path / "other.html").write_text('<p id="there">There</p>', encoding="utf-8")
    (tmp_path / "dot.png").write_bytes(DOT)
    return tmp_path


@pytest.mark.parametrize("check", dict.fromkeys(check for check, *_ in BREAKS.values()), ids=lambda c: c.__name__)
def test_nothing_is_found_on_a_page_in_order(check: Callable, context: BrowserContext, serve: Callable, book: Path):
    assert check(Visit(context, f"{serve(book)}/page.html")) == []


@pytest.mark.parametrize("name", BREAKS)
def test_a_break_is_found(name: str, context: BrowserContext, serve: Callable, book: Path):
    check, old, new, found = BREAKS[name]
    assert old in GOOD
    (book / "page.html").write_text(GOOD.replace(old, new), encoding="utf-8")
    assert found in "\n".join(check(Visit(context, f"{serve(book)}/page.html")))


def test_links_into_nothing_and_ambiguous_ids_are_found(book: Path):
    assert page_checks.dead_links(book, "page.html") == []
    links = ["other.html#gone", "gone.html", "../page.html", "folder/"]
    text = "".join(f'<a href="{link}">a</a>' for link in links) + '<p id="two"></p><p id="two"></p>'
    (book / "broken.html").write_text(text, encoding="utf-8")
    assert page_checks.dead_links(book, "broken.html") == [
        "the id two is there 2 times",
        "other.html#gone leads to no place in other.html",
        "gone.html leads to no file",
        "../page.html leads to no file",
        "folder/ leads to no file",
    ]


SHOW = "document.querySelectorAll('[hidden]').forEach((node) => (node.hidden = false))"


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("<h2>Part</h2>", "<h2 hidden>Part</h2>", "Part"),
        ("<table>", "<table hidden>", "table: 0 of 1"),
        ("<img ", "<img hidden ", "img: 0 of 1"),
    ],
)
def test_what_only_a_script_shows_is_missed_without_it(old: str, new: str, found: str, browser: Browser, book: Path):
    contexts = [browser.new_context(java_script_enabled=enabled) for enabled in (True, False)]

    def lost(page: str) -> list[str]:
        (book / "page.html").write_text(page, encoding="utf-8")
        visits = [Visit(context, (book / "page.html").as_uri()) for context in contexts]
        return page_checks.lost_without_script(*visits)

    assert lost(GOOD) == []
    assert found in lost(GOOD.replace(old, new).replace('document.title = "Page"', SHOW))
    for context in contexts:
        context.close()
