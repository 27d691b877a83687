"""What everything in the world is made of: meshes and solids, materials, noise, and the camera that looks at them.

In: sizes, colours, textures. Out: triangle meshes with a colour, a texture and a label per face. Imports no other room.
"""
