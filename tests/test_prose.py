"""The prose of the chapters states no measured number: inline expressions compute them, `.log` marks the log's own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from book import chapters
from hazards.prose import listed, number, share

_CODE = re.compile(r"^```.*?^```\s*$|^---$.*?^---$|`[^`\n]*`|\$[^$\n]*\$", re.MULTILINE | re.DOTALL)
_FROM_THE_LOG = re.compile(r"\[[^][]*\]\{\.log\}")
_CONVENTIONS = re.compile(
    r"95 % (bootstrap )?interval|95 % intervals|recall of at least 95 %|nearest to 95 %|95 % of the anomalous"
    r"|5 % of the known|sIoU is under 25 %|less than 25 % of it|IoU under 10 %"
)
_NUMBER = re.compile(r"\d+\.\d+|\d+(?=\s*(?:%|±|per\s+cent\b|points\b))")


def inline(path: Path) -> list[str]:
    """The inline expressions of a chapter."""
    return re.findall(r"`\{python\} ([^`]*)`", path.read_text(encoding="utf-8"))


def bare_numbers(text: str) -> list[str]:
    """Decimals and percentages outside of code, of what is marked as the log's, and of the names of conventions."""

    def blank(match: re.Match[str]) -> str:
        return "\n" * match[0].count("\n")

    for part in (_CODE, _FROM_THE_LOG):
        text = part.sub(blank, text)
    text = _CONVENTIONS.sub(blank, re.sub(r"(?<=\S)\n(?=\S)", " ", text))
    return [match[0] for match in _NUMBER.finditer(text)]


@pytest.mark.parametrize("path", chapters.chapter_paths(), ids=lambda path: path.stem)
def test_no_number_is_typed_into_the_prose(path):
    assert bare_numbers(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "sentence", ["It gains 2.4 points.", "mIoU of 38 %", "38 per\ncent", "a 94 % interval", "38 ± 4"]
)
def test_a_typed_number_is_found(sentence):
    assert bare_numbers(f"Prose.\n\n{sentence}\n")


@pytest.mark.parametrize(
    "sentence",
    [
        "`{python} gain` points",
        "[37.57\nto 50.26 %]{.log} mIoU",
        "a 95 %\ninterval",
        "```\nx = 0.5\n```",
        "$x = 0.5$",
        "13 labels",
    ],
)
def test_code_quotes_and_conventions_are_left_alone(sentence):
    assert bare_numbers(f"Prose.\n\n{sentence}\n") == []


@pytest.mark.parametrize("path", chapters.chapter_paths(), ids=lambda path: path.stem)
def test_inline_expressions_never_give_an_empty_text(path):
    """Quarto shows the source of such an expression; `prose.NOTHING` shows nothing."""
    assert [code for code in inline(path) if re.search(r"""(^|\belse )(""|'')""", code)] == []


@pytest.mark.parametrize("path", chapters.chapter_paths(), ids=lambda path: path.stem)
def test_inline_expressions_fit_a_line(path):
    """Sentences that depend on a verdict or on the profile are made in `hazards.studies`, beside the verdict."""
    assert [code for code in inline(path) if len(code) > 88 or ".say(" in code] == []


def test_numbers_in_sentences_have_a_minus_sign_and_survive_quarto_which_shows_their_repr():
    assert number(-1.26) == "\N{MINUS SIGN}1.3"
    assert number(-0.001) == "0.0"
    assert share(-0.1234, 2) == "\N{MINUS SIGN}12.34 %"
    assert share(-0.1234, 2).isprintable()


@pytest.mark.parametrize(("words", "said"), [("", "none"), ("a", "a"), ("ab", "a and b"), ("abc", "a, b and c")])
def test_words_are_listed_as_a_sentence_has_them(words, said):
    assert listed(words) == said
