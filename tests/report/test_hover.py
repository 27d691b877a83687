"""The values of a figure's marks: where they are in its picture, what they say, and how a reader gets at them."""

from __future__ import annotations

import io
import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from PIL import Image
from playwright.sync_api import Browser, Page

from book import chapters
from hazards.report import network_figures
from hazards.report.anomaly_figures import method_dots
from hazards.report.hover import hover, marks

LOOK = Path(__file__).resolve().parents[2] / "code/book/look"


def costs() -> Figure:
    rows = {"recipe": ["A", "B"], "miou": [0.3, 0.4], "low": [0.2, 0.4], "high": [0.35, 0.4], "seconds": [1.5, 2000.0]}
    return network_figures.against_cost(pd.DataFrame(rows), {"seconds": "seconds a training"}, "a note")


def picture(figure: Figure) -> Image.Image:
    """A figure as a cell of a chapter shows it."""
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=192, bbox_inches="tight")
    return Image.open(file).convert("RGB")


def test_marks_are_where_the_picture_has_them():
    figure = costs()
    for line in figure.axes[0].lines:
        line.set(color="#ff00ff", markersize=4)
    shown = np.asarray(picture(figure)).astype(int)
    (height, width), pink = shown.shape[:2], (shown == (255, 0, 255)).all(axis=-1)
    for left, top, words in marks(figure):
        row, column = round(top * height), round(left * width)
        near = pink[row - 12 : row + 13, column - 12 : column + 13]
        offset = np.argwhere(near).mean(axis=0) - 12
        assert near.any(), words
        assert np.abs(offset).max() < 2, words


def test_words_name_the_line_and_the_axes_and_give_the_bar():
    assert [words for *_, words in marks(costs())] == [
        "A\nseconds a training 1.50\nval mIoU 30.0 % (20.0 % to 35.0 %)",
        "B\nseconds a training 2000\nval mIoU 40.0 %",
    ]


def test_a_mark_has_its_own_bar_where_another_one_lies_over_it():
    rows = {"recipe": ["A", "B"], "miou": [0.3, 0.29], "low": [0.25, 0.28], "high": [0.35, 0.3], "GFLOPs": [1.0, 1.0]}
    figure = network_figures.against_cost(pd.DataFrame(rows), {"GFLOPs": "GFLOPs"}, "a note")
    assert [words.splitlines()[-1] for *_, words in marks(figure)] == [
        "val mIoU 30.0 % (25.0 % to 35.0 %)",
        "val mIoU 29.0 % (28.0 % to 30.0 %)",
    ]


def test_an_axis_of_names_gives_the_name():
    gains = {"effect": ["crop", "flip"], "mean": [0.01, -0.02], "low": [0.005, -0.03], "high": [0.02, -0.01]}
    figure = network_figures.effects(pd.DataFrame(gains), "gain, points", "a note")
    assert [words for *_, words in marks(figure)] == [
        "crop\ngain, points 1.00 (0.50 to 2.00)",
        "flip\ngain, points −2.00 (−3.00 to −1.00)",
    ]
    figures = {f"{name}{end}": [0.8] for name in ("auroc", "aupr", "fpr95") for end in ("", " low", " high")}
    rows = pd.DataFrame({"convention": "pooled", "score": "MSP", "seed": 0} | figures)
    assert [words for *_, words in marks(method_dots(rows, ["MSP"], "a note"))] == [
        f"MSP, seed 0\n{name} 80.0 %" for name in ("AUROC", "AUPR", "FPR95")
    ]


def test_marks_that_stand_for_recipes_have_their_names():
    rows = {"study": ["old", "new", "new"], "recipe": ["A", "B", "C"], "miou": [0.3, 0.4, np.nan], "auroc": [0.5] * 3}
    figure = network_figures.scatter(pd.DataFrame(rows), {"auroc": "AUROC"}, "a note")
    assert [words for *_, words in marks(figure)] == [
        "A, old\nval mIoU 30.0 %\nAUROC 50.0 %",
        "B, new\nval mIoU 40.0 %\nAUROC 50.0 %",
    ]


def test_values_in_chapters_belong_to_the_figure_whose_label_they_name():
    found = 0
    for path in chapters.chapter_paths():
        shown = {cell.code.split()[-1]: cell.label for cell in chapters.read(path).cells if cell.label}
        for figure, label in re.findall(r'^hover\((\w+), "([\w-]+)"\)$', path.read_text(), re.MULTILINE):
            assert shown[figure] == label
            found += 1
    assert found


@pytest.fixture
def page(browser: Browser, tmp_path: Path) -> Page:
    """A page with one figure and its values."""
    figure = costs()
    shutil.copytree(LOOK, tmp_path / "code/book/look")
    picture(figure).save(tmp_path / "costs.png")
    values = hover(figure, "fig-costs").data.split("{=html}")[1].strip("`")
    scripts = "".join(f'<script src="code/book/look/{name}.js"></script>' for name in ("page", "lightbox", "hover"))
    (tmp_path / "page.html").write_text(
        '<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Page</title>'
        '<link rel="stylesheet" href="code/book/look/look.css"><main style="width: 700px"><figure id="fig-costs">'
        f'<p><img src="costs.png" alt="Costs."></p></figure>{values}</main>{scripts}</html>',
        encoding="utf-8",
    )
    context = browser.new_context(viewport={"width": 800, "height": 600}, has_touch=True)
    opened = context.new_page()
    opened.goto((tmp_path / "page.html").as_uri())
    yield opened
    context.close()


def test_the_pointer_shows_the_nearest_mark(page: Page):
    tip, image = page.locator(".mark-value"), page.locator("img")
    assert not tip.is_visible()
    box = image.bounding_box()
    for left, top, words in marks(costs()):
        page.mouse.move(box["x"] + left * box["width"] + 4, box["y"] + top * box["height"] - 3)
        assert tip.inner_text() == words
    page.keyboard.press("Escape")
    assert not tip.is_visible()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 2)
    assert not tip.is_visible()


def test_arrow_keys_read_all_marks_in_turn(page: Page):
    tip, words = page.locator(".mark-value"), [each for *_, each in marks(costs())]
    page.get_by_role("button", name="Enlarge").focus()
    for key, said in (
        ("ArrowRight", words[0]),
        ("ArrowRight", words[1]),
        ("ArrowRight", words[0]),
        ("ArrowLeft", words[1]),
    ):
        page.keyboard.press(key)
        assert tip.inner_text() == said
    frame, box = page.locator(".picture").bounding_box(), tip.bounding_box()
    assert frame["x"] <= box["x"]
    assert box["x"] + box["width"] <= frame["x"] + frame["width"] + 0.5
    page.keyboard.press("Tab")
    assert not tip.is_visible()


def test_keys_of_the_browser_stay_its_own(page: Page):
    page.get_by_role("button", name="Enlarge").focus()
    for key in ("Alt+ArrowLeft", "Control+ArrowRight", "ArrowDown"):
        page.keyboard.press(key)
        assert not page.locator(".mark-value").is_visible()


def test_a_tap_near_a_mark_says_its_values_and_one_elsewhere_enlarges(page: Page):
    tip, box = page.locator(".mark-value"), page.locator("img").bounding_box()
    left, top, words = marks(costs())[0]
    page.touchscreen.tap(box["x"] + left * box["width"] + 5, box["y"] + top * box["height"])
    assert tip.inner_text() == words
    assert page.get_by_role("dialog").count() == 0
    page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + 4)
    assert not tip.is_visible()
    assert page.get_by_role("dialog").is_visible()
