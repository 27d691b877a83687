"""What readers see: figures, tables, numbers in sentences, and what moves in the HTML edition.

In: data frames and arrays. Out: matplotlib figures, Markdown, HTML. Imports metrics and studies.
"""
