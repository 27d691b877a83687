"""The embedded world: an own, ray-traced stand-in for StreetHazards.

In: a split, the number of an image, a size and a seed. Out: images, label maps and lists in StreetHazards' layout
(`build`). Imports `errors`, `labels` and `messages`. Its own rooms import one way:
geometry < towns < hazards < scene < rendering < build.
"""
