"""The towns, and what stands and drives in their streets: all that has one of the 13 known labels.

In: a town, a street, a random generator. Out: meshes, and a `Layout` of what stands where. Imports `geometry` and the
library's labels.
"""
