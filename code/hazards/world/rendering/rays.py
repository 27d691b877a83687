"""What rays are cast with: Embree, or NumPy where embreex has no package for the machine, as on Linux on ARM."""

from __future__ import annotations

import importlib.util

import numpy as np

from hazards.world.rendering import embree, numpy_rays


def has_embree() -> bool:
    """Whether embreex is installed."""
    return importlib.util.find_spec("embreex") is not None


def solids(vertices: np.ndarray, faces: np.ndarray) -> embree.Solids | numpy_rays.Solids:
    """Triangles ready for rays, from (V, 3) float32 vertices and (F, 3) int32 faces."""
    if has_embree():
        return embree.Solids(vertices, faces)
    return numpy_rays.Solids(vertices, faces)
