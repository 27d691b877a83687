"""The bookmaking: execute chapters, plan a run, render without Quarto, look, and finish the pages.

In: chapters and the library. Out: figures/ and _book/. Imports the science; nothing but the command line imports it.
"""
