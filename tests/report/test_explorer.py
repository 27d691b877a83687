"""The explorer of thresholds: its numbers and its mask are exact, and it works by keyboard, mouse and touch."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Locator, Page

from hazards.metrics import masks
from hazards.report import anomaly_figures, mask_painting
from hazards.report.explorer import STEPS, Picture, explorer
from sample_books import ROOT, copy_book

SIZE = (36, 64)
INK = {"light": ("#ffffff", "#20262d"), "dark": ("#16191d", "#d9dee4")}


def make_pictures(count: int, seed: int) -> list[Picture]:
    """Noise with a square anomaly whose scores overlap the rest's; many scores are tied."""
    rng = np.random.default_rng(seed)
    found = []
    for index in range(count):
        anomaly = np.zeros(SIZE, bool)
        top, left = rng.integers(2, 20, 2)
        anomaly[top : top + 9, left : left + 12] = True
        score = (rng.normal(0, 1, SIZE) + 1.5 * anomaly - 8).round(2).astype(np.float32)
        found.append((f"image {seed}-{index}", rng.integers(0, 256, (*SIZE, 3), np.uint8), score, anomaly))
    return found


def pooled(pictures: list[Picture]) -> pd.DataFrame:
    """The curve of all pixels together, a row for every score that an anomalous pixel has."""
    score = np.concatenate([values.ravel() for _, _, values, _ in pictures])
    anomaly = np.concatenate([truth.ravel() for *_, truth in pictures])
    thresholds = np.unique(score[anomaly])
    return pd.DataFrame([{"threshold": t, **masks.rates(score >= t, anomaly)._asdict()} for t in thresholds])


PICTURES = make_pictures(3, 1)
CURVE = pooled(PICTURES)
STEPPED = masks.walk(CURVE, STEPS)


def percents(rates: masks.Rates) -> list[str]:
    digits = (1, 1, 2)
    return ["–" if np.isnan(r) else f"{r * 100:.{d}f}\N{NO-BREAK SPACE}%" for r, d in zip(rates, digits, strict=True)]


# Without a browser ------------------------------------------------------------------------------------------


def test_rates_are_shares_and_nan_where_there_is_nothing_to_share():
    marked, anomaly = np.array([1, 1, 1, 0, 0], bool), np.array([1, 0, 0, 1, 0], bool)
    assert masks.rates(marked, anomaly) == (1 / 2, 1 / 3, 2 / 3)
    nothing = masks.rates(np.zeros(2, bool), np.zeros(2, bool))
    assert np.isnan(nothing[:2]).all()
    assert nothing.fpr == 0


def test_every_level_marks_exactly_the_pixels_at_or_over_its_threshold():
    thresholds = STEPPED["threshold"].to_numpy()
    for _, _, score, _ in PICTURES:
        levels = masks.levels(score, thresholds)
        for k, threshold in enumerate(thresholds):
            assert np.array_equal(levels > k, score >= threshold)
    with pytest.raises(ValueError, match="1 scores are not a number"):
        masks.levels(np.array([0.0, np.nan]), thresholds)


def test_the_walk_leads_from_end_to_end_of_the_curve_in_even_steps():
    rng = np.random.default_rng(0)
    rows = 50_000
    curve = pd.DataFrame(
        {
            "threshold": np.sort(rng.normal(size=rows)),
            "recall": np.linspace(1, 1 / rows, rows),
            "fpr": np.linspace(1, 0, rows) ** 3,
        }
    )
    curve["precision"] = 0.01 * curve["recall"] / (0.01 * curve["recall"] + 0.99 * curve["fpr"])
    walked = masks.walk(curve.sample(frac=1, random_state=0), STEPS)
    assert len(walked) in (STEPS - 1, STEPS)
    assert walked["threshold"].is_monotonic_increasing
    assert walked.iloc[0].equals(curve.iloc[0])
    assert walked.iloc[-1].equals(curve.iloc[-1])
    assert walked[["recall", "precision", "fpr"]].diff().abs().max().max() < 3.1 / (STEPS - 1)
    short = curve.iloc[:7]
    assert masks.walk(short, STEPS)["threshold"].tolist() == short["threshold"].tolist()


def test_the_curve_tells_the_share_of_anomalous_pixels():
    share = np.mean([anomaly.mean() for *_, anomaly in PICTURES])
    assert masks.prevalence(CURVE) == pytest.approx(share, abs=1e-12)
    assert masks.prevalence(STEPPED) == pytest.approx(share, abs=1e-12)
    assert np.isnan(masks.prevalence(CURVE.assign(fpr=0.0, precision=1.0)))


def test_the_plot_ends_little_above_the_curve():
    low = explorer(
        PICTURES, CURVE.assign(precision=CURVE["precision"] / CURVE["precision"].max() * 0.04), "MaxLogit"
    ).data
    assert ">5 %</text>" in low
    assert ">2.5 %</text>" in low
    path = re.findall(r'explorer-curve" d="M([^"]*)"', low)[0]
    assert min(float(point.split()[1]) for point in path.split("L")) == pytest.approx(240 / 5, abs=0.01)


def test_hits_false_alarms_and_misses_differ_in_colour_lightness_and_texture():
    marked, anomaly = np.zeros((2, 30, 40), bool)
    marked[:20], anomaly[10:] = True, True
    layer = mask_painting.paint(marked, anomaly).reshape(3, -1, 4)
    lightness = [0.2126 * r + 0.7152 * g + 0.0722 * b for r, g, b, _ in layer[:, 0].astype(float)]
    assert min(np.diff(sorted(lightness))) > 25
    assert [len(np.unique(part[:, 3])) for part in layer] == [2, 1, 2]
    assert not mask_painting.paint(np.zeros((3, 3), bool), np.zeros((3, 3), bool)).any()


def test_the_block_asks_no_host_for_anything_and_no_text_breaks_out_of_it():
    name, *parts = PICTURES[0]
    text = explorer([(f"</script><b>{name}", *parts)], CURVE, "<i>Max</i>", "a < b & $c").data
    assert text.startswith("``````{=html}\n")
    assert re.findall(r"https?:|//[a-z]|@import|url\(", re.sub(r"//? .*|base64,\S+", "", text)) == []
    assert "<b>" not in text
    assert "<i>" not in text
    assert "a &lt; b &amp; $c" in text


def test_pictures_of_different_sizes_and_none_are_refused():
    name, image, score, anomaly = PICTURES[0]
    for wrong in ([], [PICTURES[0], (name, image[1:], score[1:], anomaly[1:])], [(name, image, score[1:], anomaly)]):
        with pytest.raises(ValueError, match="one size"):
            explorer(wrong, CURVE, "MaxLogit")


def test_six_pictures_of_256_by_144_weigh_less_than_a_megabyte():
    rng = np.random.default_rng(0)
    ramp = np.linspace(0, 200, 256)[:, None] + np.zeros((144, 1, 3))
    pictures = [
        (
            str(i),
            (ramp + rng.integers(0, 12, ramp.shape)).astype(np.uint8),
            rng.normal(size=(144, 256)),
            ramp[..., 0] > 195,
        )
        for i in range(6)
    ]
    assert len(explorer(pictures, CURVE.assign(threshold=CURVE["threshold"] + 8), "MaxLogit").data) < 1e6


def test_the_figure_for_the_pdf_shows_each_image_at_each_threshold_and_the_points():
    figure = anomaly_figures.thresholds(PICTURES[:2], CURVE, "MaxLogit", "made up", recalls=(0.5, 0.9))
    *panels, plot = figure.axes
    assert len(panels) == 4
    for axes, (picture, recall) in zip(panels, [(p, r) for p in PICTURES[:2] for r in (0.5, 0.9)], strict=True):
        threshold = CURVE.loc[CURVE["recall"] >= recall, "threshold"].max()
        assert np.array_equal(axes.images[1].get_array(), mask_painting.paint(picture[2] >= threshold, picture[3]))
    recalls = [line.get_xdata()[0] for line in plot.lines if line.get_marker() != "None"]
    assert recalls == pytest.approx([CURVE.loc[CURVE["recall"] >= r, "recall"].min() for r in (0.5, 0.9)])


# In a browser -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page with two explorers of different data that follows the system's light or dark."""
    other = make_pictures(2, 2)
    blocks = [explorer(PICTURES, CURVE, "MaxLogit", "Three images.").data, explorer(other, pooled(other), "MSP").data]
    bodies = "\n".join("\n".join(block.splitlines()[1:-1]) for block in blocks)
    colors = "".join(
        f"@media (prefers-color-scheme: {scheme}) {{ body {{ background: {paper}; color: {ink} }} }}"
        for scheme, (paper, ink) in INK.items()
    )
    path = tmp_path_factory.mktemp("explorer") / "page.html"
    path.with_name("blank.html").touch()
    path.write_text(
        '<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Page</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>:root {{ color-scheme: light dark }} body {{ max-width: 46rem; margin: 1rem auto }} {colors}</style>"
        f"<body>{bodies}</body></html>",
        encoding="utf-8",
    )
    return path


@pytest.fixture
def visit(browser: Browser, file: Path) -> Iterator:
    """Open the page in a context with these options; a message on the console or a request fails the test."""
    contexts: list[BrowserContext] = []
    troubles: list[str] = []

    def open_page(**options: object) -> Page:
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: troubles.append(message.text))
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("request", lambda r: r.url.startswith(("data:", file.as_uri())) or troubles.append(r.url))
        page.goto(file.as_uri())
        if options.get("java_script_enabled", True):
            page.locator(".explorer-live").nth(1).wait_for()
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert troubles == []


def level(root: Locator) -> int:
    return int(root.locator("[name=level]").input_value())


def shown(root: Locator, row: str) -> list[str]:
    return root.locator(f".explorer-{row} [role=cell]").all_text_contents()


def point(root: Locator) -> tuple[float, float]:
    """Recall and precision at which the point stands, read from where it is on the screen."""
    area = root.locator(".explorer-area").bounding_box()
    dot = root.locator(".explorer-point circle").nth(1).bounding_box()
    top = root.locator(".explorer-plot text").first.text_content()
    assert area is not None
    assert dot is not None
    assert top is not None
    x, y = dot["x"] + dot["width"] / 2 - area["x"], dot["y"] + dot["height"] / 2 - area["y"]
    return x / area["width"], (1 - y / area["height"]) * float(top.removesuffix(" %")) / 100


def check(root: Locator, picture: Picture, stepped: pd.DataFrame) -> None:
    """All that the explorer shows at its present level is what numpy computes there."""
    _, _, score, anomaly = picture
    row = stepped.loc[level(root)]
    assert shown(root, "split") == percents(masks.Rates(row["recall"], row["precision"], row["fpr"]))
    assert shown(root, "image") == percents(masks.rates(score >= row["threshold"], anomaly))
    assert float(root.locator("output").inner_text().replace("\N{MINUS SIGN}", "-")) == pytest.approx(
        row["threshold"], abs=1e-3
    )
    assert point(root) == pytest.approx((row["recall"], row["precision"]), abs=0.01)
    assert np.abs(canvas(root).astype(int) - mask_painting.paint(score >= row["threshold"], anomaly)).max() <= 3


def canvas(root: Locator) -> np.ndarray:
    """The mask's pixels, RGBA; the browser keeps colours multiplied by their opacity, which rounds them a little."""
    script = "node => fetch(node.toDataURL()).then(r => r.arrayBuffer()).then(b => [...new Uint8Array(b)])"
    return np.asarray(Image.open(io.BytesIO(bytes(root.locator("canvas.explorer-mask").evaluate(script)))))


def test_at_every_level_tried_numbers_point_and_mask_are_numpys(visit):
    root = visit().locator(".explorer").first
    for value in (0, 1, len(STEPPED) // 3, len(STEPPED) - 2, len(STEPPED) - 1):
        root.locator("[name=level]").fill(str(value))
        check(root, PICTURES[0], STEPPED)


def test_by_keyboard_alone_threshold_image_and_layers_change(visit):
    page = visit()
    root = page.locator(".explorer").first
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    assert root.locator(".explorer-image [role=rowheader]").inner_text() == PICTURES[1][0]
    check(root, PICTURES[1], STEPPED)
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert root.locator("canvas.explorer-mask").is_hidden()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert root.locator(".explorer-map").is_visible()
    page.keyboard.press("Tab")
    start = level(root)
    page.keyboard.press("ArrowLeft")
    assert level(root) == start - 1
    check(root, PICTURES[1], STEPPED)
    page.keyboard.press("End")
    assert level(root) == len(STEPPED) - 1
    slider = root.locator("[name=level]")
    assert slider.evaluate("node => getComputedStyle(node).outlineStyle") == "solid"
    page.wait_for_timeout(600)
    said = root.locator("[role=status]").inner_text()
    assert [number in said for number in (slider.get_attribute("aria-valuetext"), *shown(root, "split"))] == [True] * 4
    page.keyboard.press("Enter")
    assert page.url.startswith("file:")
    assert "?" not in page.url


def test_by_mouse_slider_thumbnails_and_curve_move_the_threshold(visit):
    page = visit(viewport={"width": 1400, "height": 1000})
    root = page.locator(".explorer").first
    root.locator("[name=picture]").nth(2).click()
    slider = root.locator("[name=level]")
    slider.click(position={"x": 30, "y": 8})
    low = level(root)
    assert low < len(STEPPED) // 8
    check(root, PICTURES[2], STEPPED)
    area = root.locator(".explorer-area").bounding_box()
    target = STEPPED.iloc[len(STEPPED) // 2]
    page.mouse.move(area["x"] + area["width"] * 0.99, area["y"] + area["height"] * 0.99)
    page.mouse.down()
    page.mouse.move(
        area["x"] + area["width"] * target["recall"], area["y"] + area["height"] * (1 - target["precision"])
    )
    page.mouse.up()
    assert abs(level(root) - len(STEPPED) // 2) <= 1
    check(root, PICTURES[2], STEPPED)
    after = level(root)
    page.mouse.move(area["x"], area["y"])
    assert level(root) == after


def test_by_touch_slider_and_curve_move_the_threshold_on_a_phone(visit):
    page = visit(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    root = page.locator(".explorer").first
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    box = root.locator("[name=level]").bounding_box()
    page.touchscreen.tap(box["x"] + box["width"] * 0.9, box["y"] + box["height"] / 2)
    assert level(root) == pytest.approx(0.9 * (len(STEPPED) - 1), abs=0.04 * len(STEPPED))
    check(root, PICTURES[0], STEPPED)
    root.locator(".explorer-plot").scroll_into_view_if_needed()
    area, box = root.locator(".explorer-area").bounding_box(), root.locator(".explorer-point").bounding_box()
    wire = page.context.new_cdp_session(page)
    scrolled = page.evaluate("scrollY")
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    for share in (0, 0.25, 0.5, 0.75, 1):
        at = {"x": x + share * (area["x"] + area["width"] - x), "y": y + share * (area["y"] + area["height"] - y)}
        kind = "touchMove" if share else "touchStart"
        wire.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [at]})
        page.wait_for_timeout(50)
    wire.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert level(root) < 5
    assert page.evaluate("scrollY") == scrolled
    check(root, PICTURES[0], STEPPED)


def test_two_explorers_on_a_page_are_independent_and_leave_no_global_name(visit, file):
    page = visit()
    first, second = (page.locator(".explorer").nth(i) for i in (0, 1))
    before = level(first), shown(first, "split"), shown(first, "image")
    second.locator("[name=picture]").nth(1).check()
    second.locator("[name=level]").fill("3")
    second.locator("[name=mask]").uncheck()
    assert (level(first), shown(first, "split"), shown(first, "image")) == before
    assert first.locator("canvas.explorer-mask").is_visible()
    first.locator("[name=picture]").nth(2).check()
    assert second.locator("[name=picture]").nth(1).is_checked()
    blank = page.context.new_page()
    blank.goto(file.with_name("blank.html").as_uri())
    assert set(page.evaluate("Object.keys(window)")) == set(blank.evaluate("Object.keys(window)"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read_in_light_and_dark(visit, scheme):
    root = visit(color_scheme=scheme).locator(".explorer").first
    found = root.evaluate(
        """form => [...form.querySelectorAll("small, span, text, p, output, .explorer-curve")].map(node => {
            const context = new OffscreenCanvas(1, 1).getContext("2d");
            const part = {path: "stroke", text: "fill"}[node.localName] ?? "color";
            for (const color of [getComputedStyle(document.body).backgroundColor, getComputedStyle(node)[part]]) {
                context.fillStyle = color;
                context.fillRect(0, 0, 1, 1);
            }
            return [node.className.baseVal ?? node.className, ...context.getImageData(0, 0, 1, 1).data];
        })"""
    )
    paper = luminance(bytes.fromhex(INK[scheme][0][1:]))
    contrasts = {}
    for name, *color in found:
        low, high = sorted((luminance(color), paper))
        contrasts[name] = min(contrasts.get(name, 21), (high + 0.05) / (low + 0.05))
    assert {"explorer-soft", "explorer-note", "explorer-curve"} <= set(contrasts)
    assert {name: contrast for name, contrast in contrasts.items() if contrast < 4.5} == {}


def luminance(color: bytes | list[int]) -> float:
    """Relative luminance of WCAG of an sRGB colour."""
    parts = [c / 255 for c in color[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))


def test_quartos_classes_choose_the_colours_of_its_pages(visit):
    page = visit(color_scheme="light")
    root = page.locator(".explorer").first
    for theme in ("dark", "light"):
        page.evaluate("theme => (document.body.className = `quarto-${theme}`)", theme)
        assert root.evaluate("form => getComputedStyle(form).colorScheme") == theme


def test_without_javascript_a_still_picture_stands_with_its_numbers_and_a_note(visit):
    root = visit(java_script_enabled=False).locator(".explorer").first
    start = int(masks.f1(STEPPED["recall"], STEPPED["precision"]).argmax())
    name, _, score, anomaly = PICTURES[0]
    assert shown(root, "split") == percents(masks.Rates(*STEPPED.loc[start, ["recall", "precision", "fpr"]]))
    assert shown(root, "image") == percents(masks.rates(score >= STEPPED.loc[start, "threshold"], anomaly))
    assert root.get_by_text("With JavaScript").is_visible()
    assert root.locator("img.explorer-still").is_visible()
    assert not any(control.is_visible() for control in root.locator("input").all())
    assert root.locator(".explorer-image [role=rowheader]").inner_text() == name


CHAPTER = """
# Anomalies {#sec-anomalies}

See @fig-explorer.

```{python}
#| include: false
from hazards.report import anomaly_figures
from hazards.report.explorer import explorer
from test_explorer import CURVE, PICTURES
```

::: {#fig-explorer}
::: {.content-visible when-format="html"}
```{python}
#| echo: false
explorer(PICTURES, CURVE, "MaxLogit")
```
:::

::: {.content-visible unless-format="html"}
```{python}
#| echo: false
#| fig-alt: "Masks and a curve."
anomaly_figures.thresholds(PICTURES, CURVE, "MaxLogit", "made up")
```
:::

One caption for both.
:::
"""


@pytest.mark.slow
@pytest.mark.parametrize("renderer", ["preview", "quarto"])
def test_in_the_book_one_figure_is_the_explorer_in_html_and_still_in_the_pdf(browser, tmp_path, renderer, monkeypatch):
    if renderer == "quarto" and shutil.which("quarto") is None:
        pytest.skip("quarto is not on PATH")
    book = copy_book(tmp_path / "book")
    config = yaml.safe_load((book / "_quarto.yml").read_text())
    config["book"]["chapters"] = ["index.qmd", "chapters/first.qmd"]
    (book / "_quarto.yml").write_text(yaml.safe_dump(config, sort_keys=False))
    (book / "index.qmd").write_text("# Start {.unnumbered}\n")
    (book / "chapters/first.qmd").write_text(CHAPTER.lstrip())
    monkeypatch.setenv("PYTHONPATH", f"{ROOT / 'code'}:{ROOT / 'tests'}")
    monkeypatch.setenv("QUARTO_PYTHON", sys.executable)
    command = ["quarto", "render"] if renderer == "quarto" else [sys.executable, "-m", "preview", "."]
    subprocess.run(command, cwd=book, check=True, capture_output=True)
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.goto((book / "_book/chapters/first.html").as_uri())
    root = page.locator("figure .explorer-live")
    root.locator("[name=level]").fill("7")
    check(root, PICTURES[0], STEPPED)
    assert page.locator("figure").count() == 1
    assert " ".join(page.locator("figcaption").inner_text().split()) == "Figure 1.1: One caption for both."
    context.close()
    if shutil.which("pdftotext"):
        pdf = ["pdftotext", "-layout", str(book / "_book/fixture.pdf"), "-"]
        text = subprocess.run(pdf, capture_output=True, text=True, check=True).stdout
        assert "Figure 1.1: One caption for both." in " ".join(text.replace("\u2060", "").split())
        assert "Threshold of" not in text
