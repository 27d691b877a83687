"""Build the book of `_quarto.yml` where Quarto is not to be had: ``python -m book.offline [PROJECT]``.

Chapters that are out of date are executed as for Quarto; their markdown is numbered, linked and written by pandoc as
one document (build, with the Lua of pandoc/ and code/book/templates). assets/ is what only these pages load.
"""
