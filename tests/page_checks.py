"""What a reader may ask of a built page, as checks: each gives a list of what is wrong, empty where nothing is."""

from __future__ import annotations

import os
import re
from collections import Counter
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

import test_preview
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, Request, Response

BUDGET = 3_000_000
"""Bytes that a page may load."""
STRUCTURE = {"heading-order", "landmark-one-main", "landmark-unique", "page-has-heading-one", "region"}
"""Rules of axe that count although it calls a breach moderate: by headings and landmarks a page is got through."""
LEFTOVERS = re.compile(r"\?@\w+|\?\?|@(?:fig|tbl|sec|eq)-[\w-]+|`?\{python\}|\{\{<|<!--|:::+|\]\{[.#]")
"""Markup that stands in a page's text where a renderer could not resolve it."""


class Visit:
    """A page opened in a context of the browser, and what it has said and asked for since."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.url = url
        self.messages: list[str] = []
        self.requests: list[Request] = []
        self.responses: list[Response] = []
        self.page: Page = context.new_page()
        self.page.on("console", lambda said: said.type == "error" and self.messages.append(said.text))
        self.page.on("pageerror", lambda error: self.messages.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request))
        self.page.on("response", lambda response: self.responses.append(response))
        self.page.goto(url)


# What it loads ----------------------------------------------------------------------------------------------


def messages(visit: Visit) -> list[str]:
    """Errors on the console, exceptions included."""
    return visit.messages


def failed_requests(visit: Visit) -> list[str]:
    """Requests without an answer, or with one that says no."""
    unanswered = [request.url for request in visit.requests if request.failure]
    return unanswered + [f"{answer.status} {answer.url}" for answer in visit.responses if answer.status >= 400]


def foreign_requests(visit: Visit) -> list[str]:
    """Requests to anything but the server, or the folder, that the page came from."""
    own = (f"{urlsplit(visit.url).scheme}://{urlsplit(visit.url).netloc}/", "data:", "blob:")
    return [request.url for request in visit.requests if not request.url.startswith(own)]


def weight(visit: Visit) -> list[str]:
    """The page's bytes with all that it loads, its pictures below the fold included, where they exceed the budget."""
    broken_images(visit)
    sizes = {answer.url: len(answer.body()) for answer in visit.responses if answer.ok and "http" in answer.url[:5]}
    if sum(sizes.values()) <= BUDGET:
        return []
    return [f"{size:,} {url}" for url, size in sorted(sizes.items(), key=lambda item: -item[1])]


def broken_images(visit: Visit) -> list[str]:
    """Pictures that cannot be decoded."""
    return visit.page.evaluate(
        """async () => {
            const faults = [];
            for (const image of document.images) {
                image.loading = "eager";
                await image.decode().catch(() => faults.push(image.outerHTML.slice(0, 200)));
            }
            return faults;
        }"""
    )


# Where it leads ---------------------------------------------------------------------------------------------


@cache
def parsed(file: Path) -> test_preview.Page:
    return test_preview.Page(file)


def dead_links(root: Path, file: str) -> list[str]:
    """Links of a page that lead to no file of the book, or to no place in one; and ids that lead to two."""
    page = parsed(root / file)
    # Quarto names its style sheets, of which it has several of a kind.
    ids = Counter(attributes["id"] for tag, attributes in page.elements if attributes.get("id") and tag != "link")
    faults = [f"the id {name} is there {times} times" for name, times in ids.items() if times > 1]
    for href in dict.fromkeys(a["href"] for a in page.all("a") if a.get("href")):
        link = urlsplit(href)
        if link.scheme or link.netloc:
            continue
        target = Path(os.path.normpath((root / file).parent / unquote(link.path))) if link.path else root / file
        target = target / "index.html" if target.is_dir() else target
        if not target.is_relative_to(root) or not target.is_file():
            faults.append(f"{href} leads to no file")
        elif link.fragment and not any(a.get("id") == unquote(link.fragment) for _, a in parsed(target).elements):
            faults.append(f"{href} leads to no place in {target.name}")
    return faults


def leftovers(visit: Visit) -> list[str]:
    """Unresolved references and markup in the text, code aside."""
    text = visit.page.evaluate(
        """() => {
            const copy = document.body.cloneNode(true);
            copy.querySelectorAll("script, style, pre, code").forEach((node) => node.remove());
            return copy.textContent;
        }"""
    )
    return [text[max(0, found.start() - 40) : found.end() + 40] for found in LEFTOVERS.finditer(text)]


# Who can use it ---------------------------------------------------------------------------------------------


def open_folds(visit: Visit) -> None:
    """Open what is folded, code above all, so that it is checked too."""
    visit.page.evaluate("document.querySelectorAll('details').forEach((fold) => (fold.open = true))")


def violations(visit: Visit) -> list[str]:
    """What axe-core calls serious or critical, and breaches of STRUCTURE: one line a rule and element."""
    open_folds(visit)
    found = Axe().run(visit.page).response["violations"]
    return [
        f"{rule['id']}: {node['target']} {node['html'][:120]} {node['failureSummary']}"
        for rule in found
        if rule["impact"] in ("serious", "critical") or rule["id"] in STRUCTURE
        for node in rule["nodes"]
    ]


def missing_alts(visit: Visit) -> list[str]:
    """Pictures of the text that say nothing to those who do not see them."""
    return visit.page.locator("main img:not([alt]), main img[alt='']").evaluate_all(
        "images => images.map((image) => image.outerHTML.slice(0, 200))"
    )


def overflow(visit: Visit) -> list[str]:
    """What is wider than the window, unless a box of its own scrolls it."""
    open_folds(visit)
    return visit.page.evaluate(
        """() => {
            const width = document.documentElement.clientWidth;
            const scrolled = (node) => {
                for (let up = node.parentElement; up && up !== document.body; up = up.parentElement) {
                    const overflow = getComputedStyle(up).overflowX;
                    if (overflow !== "visible") return overflow === "auto" || overflow === "scroll";
                }
                return false;
            };
            const wide = [...document.body.querySelectorAll("*")].filter((node) => node.checkVisibility()
                && node.getBoundingClientRect().right > width + 1 && !scrolled(node));
            const faults = wide.map((node) => node.outerHTML.slice(0, 200));
            return document.documentElement.scrollWidth > width ? [...faults, "the page scrolls sideways"] : faults;
        }"""
    )


def keyboard(visit: Visit) -> list[str]:
    """Controls that Tab never reaches, and those that look the same, or stand out of sight, when it does."""
    page = visit.page
    names = page.evaluate(f"() => {{ {KEYBOARD}; return mark(); }}")
    reached: dict[int, str] = {}
    for _ in range(2 * len(names) + 10):
        page.keyboard.press("Tab")
        at, fault = page.evaluate(f"() => {{ {KEYBOARD}; return focused(); }}")
        if at is None or at in reached:
            break
        if at >= 0:
            reached[at] = fault
    unreached = [f"not reached: {name}" for at, name in enumerate(names) if at not in reached]
    return unreached + [f"{fault}: {names[at]}" for at, fault in reached.items() if fault]


# One radio button of a group and one tab of a list are reached by Tab, the others by arrow keys.
KEYBOARD = """
    const parts = ["outlineStyle", "outlineWidth", "outlineColor", "boxShadow", "borderColor", "backgroundColor",
        "color", "textDecoration", "opacity"];
    const look = (node) => [node, node.parentElement, node.closest("label")].filter(Boolean)
        .map((each) => parts.map((part) => getComputedStyle(each)[part])).join();
    const mark = () => {
        const all = "a[href], button, input, select, textarea, summary, [tabindex], [onclick]";
        const controls = [...document.querySelectorAll(all)].filter((node) => node.checkVisibility()
            && !node.disabled && !node.closest("[inert], [aria-hidden='true']")
            && !(node.tabIndex < 0 && (node.role === "tab" || node.localName === "main"))
            && !(node.type === "radio" && !node.checked));
        controls.forEach((node, i) => (node.dataset.stop = i, node.dataset.look = look(node)));
        return controls.map((node) => node.outerHTML.replace(/ data-(stop|look)="[^"]*"/g, "").slice(0, 160));
    };
    const focused = () => {
        const node = document.activeElement;
        if (node === document.body) return [null, ""];
        if (node.dataset.stop === undefined) return [-1, ""]; // a box that scrolls
        const { top, bottom, left, right, width } = (node.closest("label") ?? node).getBoundingClientRect();
        const seen = width > 0 && bottom > 0 && right > 0 && top < innerHeight && left < innerWidth;
        return [+node.dataset.stop, !seen ? "out of sight" : look(node) === node.dataset.look ? "looks the same" : ""];
    };
"""


def lost_without_script(with_script: Visit, without: Visit) -> list[str]:
    """Text, tables and pictures that only a script brings to sight."""
    shown, plain = (each.page.evaluate(CONTENT) for each in (with_script, without))
    lost = [text for text in shown["texts"] if text not in plain["whole"]]
    counts = [(kind, number, plain["counts"][kind]) for kind, number in shown["counts"].items()]
    return lost + [f"{kind}: {there} of {number}" for kind, number, there in counts if there < number]


ADDED = ".copy, .deep-link, .reading-time, .table-filter, .zoom"
"""What scripts add for convenience."""
# Thumbnails to choose from are controls, which need a script.
CONTENT = f"""() => {{
    const main = document.querySelector("main");
    main.querySelectorAll("{ADDED}").forEach((node) => node.remove());
    const seen = (selector) => [...main.querySelectorAll(selector)].filter((node) => node.checkVisibility()
        && node.getBoundingClientRect().width > 0 && !node.closest("fieldset, dialog, [role='status']"));
    const text = (node) => node.innerText.replace(/\\s+/g, " ").trim();
    const kinds = ["table", "tr", "figure", "img", "math", "svg"];
    return {{
        texts: seen("h1, h2, h3, h4, p, li, dt, dd, th, td, figcaption, summary").map(text),
        whole: text(main),
        counts: Object.fromEntries(kinds.map((kind) => [kind, seen(kind).length])),
    }};
}}"""
