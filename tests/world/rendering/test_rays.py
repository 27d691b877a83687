"""Rays meet what they should, through Embree and through NumPy alike, and no key says which of them it was."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from hazards.world.geometry.solids import box, join
from hazards.world.rendering import embree, numpy_rays, rays, tracer
from hazards.world.rendering.image import sensor, shoot
from hazards.world.scene import scene

DOWN = np.array([[0], [0], [-1]], np.float32)
SOLIDS = pytest.mark.parametrize("solids", [embree.Solids, numpy_rays.Solids])


@SOLIDS
@pytest.mark.parametrize("count", [0, 1, 16, 50, 3000])
def test_rays_meet_the_nearest_face_whatever_their_number(solids, count):
    low, high = box((2, 2, 1)), box((1, 1, 1)).moved((0, 0, 3))
    both = join([low, high])
    ready = solids(both.vertices, both.faces)
    origins = np.zeros((3, count), np.float32)
    origins[0], origins[2] = np.resize([0.1, 0.7, 5], count), 9
    face, distance = ready.first(origins, np.broadcast_to(DOWN, origins.shape))
    np.testing.assert_array_equal(face // 12, np.resize([1, 0, -1], count))
    np.testing.assert_allclose(distance, np.resize([5, 8, np.inf], count), rtol=1e-6)
    np.testing.assert_array_equal(ready.hidden(origins, DOWN), np.resize([True, True, False], count))
    assert not ready.hidden(origins, -DOWN).any()


@pytest.mark.parametrize("faces", [1, 3, 4, 5, 17, 64, 65, 700])
def test_the_tree_has_a_place_for_every_face_whatever_their_number(faces):
    """Each face lies in a layer of its own, and a ray that begins just above it meets it."""
    layers = np.arange(faces, dtype=np.float32)
    corners = np.array([(-1, -1, 0), (1, -1, 0), (0, 1, 0)], np.float32)
    vertices = np.concatenate([corners + np.array([0, 0, layer], np.float32) for layer in layers])
    ready = numpy_rays.Solids(vertices, np.arange(3 * faces, dtype=np.int32).reshape(-1, 3))
    origins = np.stack([np.zeros(faces), np.zeros(faces), layers + 0.5]).astype(np.float32)
    face, distance = ready.first(origins, np.broadcast_to(DOWN, origins.shape))
    np.testing.assert_array_equal(face, layers)
    np.testing.assert_allclose(distance, 0.5)
    np.testing.assert_array_equal(ready.hidden(origins, -DOWN), layers < faces - 1)


def test_no_ray_slips_between_two_faces_that_share_a_side():
    square = np.array([(-1, -1, 0), (1, -1, 0), (1, 1, 0), (-1, 1, 0)], np.float32)
    ready = numpy_rays.Solids(square, np.array([(0, 1, 2), (0, 2, 3)], np.int32))
    along = np.linspace(-0.9, 0.9, 1001, dtype=np.float32)
    face, _ = ready.first(np.stack([along, along, np.full_like(along, 7)]), np.broadcast_to(DOWN, (3, len(along))))
    assert (face >= 0).all()


@pytest.mark.parametrize(("split", "index"), [("train", 2), ("val", 1), ("test", 0)])
def test_a_picture_without_embree_is_the_same_but_for_single_pixels(split, index, monkeypatch):
    def seen() -> tuple[np.ndarray, np.ndarray]:
        return shoot(scene(split, index, 0), 72, 128, sensor(index, 0))

    image, labels = seen()
    monkeypatch.setattr(rays, "has_embree", lambda: False)
    assert isinstance(tracer.Tracer(scene(split, index, 0))._solids, numpy_rays.Solids)
    other_image, other_labels = seen()
    assert (labels != other_labels).mean() < 0.001
    differing = np.abs(image.astype(int) - other_image).max(2) > 2
    assert differing.mean() < 0.002


KEY = """
import sys
if sys.argv[1:]:
    sys.modules["embreex"] = None
from hazards.data.sources import embedded_world
from hazards.world.rendering.rays import has_embree
print(has_embree(), embedded_world.call((8, 8), (1, 1, 1)).key)
"""


def test_a_machine_without_embreex_finds_the_results_of_one_that_has_it():
    answers = []
    for arguments in ([], ["without"]):
        command = [sys.executable, "-c", KEY, *arguments]
        answers.append(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())
    (there, key), (elsewhere, other_key) = answers
    assert (there, elsewhere) == ("True", "False")
    assert key == other_key
