"""What readers see: figures, tables, numbers in sentences, and what moves in the HTML edition.

In: data frames and arrays of results. Out: matplotlib figures, Markdown, HTML. `style` is common to all figures, a
module `*_figures` holds those of a chapter; `sliders`, `explorer` and `hover` move. Imports labels, data, metrics and
evaluation.
"""
