"""The hazards: kinds of things that no training street has, and where they stand in a test street.

In: the texts in `kinds/`, one a family, in the grammar of `grammar`. Out: the catalogue of kinds with their meshes, and
hazards stood in a `Layout`. Imports `geometry`, `towns` and the library's labels.
"""
