"""How a scene becomes an image and its label map: rays, light, textures, sky and film.

In: a `Scene` and a size. Out: an sRGB image and labels 0-13. Imports `geometry`, `towns`, `scene` and the library's
labels.
"""
