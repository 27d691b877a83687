"""Builds the book of `_quarto.yml` where Quarto is not to be had: ``python -m book.offline [PROJECT]``.

Chapters run once in a Jupyter kernel (cells.py), pandoc and one Lua filter number and link them as one
document (book.lua), and pages/ holds the templates of the HTML pages and of the Typst PDF.
"""
