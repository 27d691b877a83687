"""Build the book of `_quarto.yml` where Quarto is not to be had: ``python -m book.offline [PROJECT]``.

Chapters are read and checked (parsing), run once in Jupyter kernels (kernels, cell_outputs), and numbered, linked and
written by pandoc as one document (build, with the Lua of pandoc/ and code/book/templates). assets/ is what only these
pages load.
"""
