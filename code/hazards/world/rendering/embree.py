"""Embree straight from arrays, sixteen rays a call.

embreex, which brings the library, copies meshes and casts rays one number at a time. Looked up through its module, the
library's own functions share the arrays of the mesh and take rays in packets.
"""

from __future__ import annotations

import ctypes
import weakref
from functools import lru_cache

import numpy as np

_PACKET = 16
_RAY_ROWS, _HIT_ROWS = 12, 21
"""Rows of 16 numbers in `RTCRay16` and in `RTCRayHit16`, the latter with room for what newer versions append."""
_ORIGIN, _NEAR, _DIRECTION, _TIME, _FAR, _MASK, _FACE, _SOLID = slice(0, 3), 3, slice(4, 7), 7, 8, 9, 17, 18
_INDEX_BUFFER, _VERTEX_BUFFER, _UINT3, _FLOAT3 = 0, 1, 0x5003, 0x9003
_COHERENT, _ALL_FEATURES = 1 << 16, 0xFFFFFFFF

_POINTER, _INT, _SIZE = ctypes.c_void_p, ctypes.c_uint, ctypes.c_size_t
_SIGNATURES = {
    "rtcNewDevice": (_POINTER, ctypes.c_char_p),
    "rtcGetDeviceError": (_INT, _POINTER),
    "rtcNewScene": (_POINTER, _POINTER),
    "rtcNewGeometry": (_POINTER, _POINTER, _INT),
    "rtcSetSharedGeometryBuffer": (None, _POINTER, _INT, _INT, _INT, _POINTER, _SIZE, _SIZE, _SIZE),
    "rtcCommitGeometry": (None, _POINTER),
    "rtcAttachGeometry": (_INT, _POINTER, _POINTER),
    "rtcReleaseGeometry": (None, _POINTER),
    "rtcCommitScene": (None, _POINTER),
    "rtcReleaseScene": (None, _POINTER),
    "rtcIntersect16": (None, _POINTER, _POINTER, _POINTER, _POINTER),
    "rtcOccluded16": (None, _POINTER, _POINTER, _POINTER, _POINTER),
}


class _Query(ctypes.Structure):
    """`RTCIntersectArguments` and `RTCOccludedArguments`."""

    _fields_ = (("flags", _INT), ("features", _INT), ("context_and_callbacks", _POINTER * 4))


@lru_cache(maxsize=1)
def _library() -> tuple[ctypes.CDLL, int]:
    """The library and a device on one thread, on which trees come out the same each time."""
    from embreex import rtcore_scene  # not to be had on every machine, see rays.py

    library = ctypes.CDLL(rtcore_scene.__file__)
    for name, (result, *arguments) in _SIGNATURES.items():
        function = getattr(library, name)
        function.restype = result
        function.argtypes = arguments
    return library, library.rtcNewDevice(b"threads=1")


class Solids:
    """Triangles ready for rays; points and directions are planes, (3, N) float32."""

    def __init__(self, vertices: np.ndarray, faces: np.ndarray):
        """Take (V, 3) float32 vertices and (F, 3) int32 faces."""
        self._library, device = _library()
        self._vertices = np.append(vertices, np.float32(0))  # Embree reads four numbers a vertex
        self._faces = np.ascontiguousarray(faces, np.int32)
        self._valid = _aligned(_PACKET).view(np.int32)
        self._valid[:] = -1
        self._query = _Query(_COHERENT, _ALL_FEATURES)
        self._scene = self._library.rtcNewScene(device)
        triangles = self._library.rtcNewGeometry(device, 0)
        share = self._library.rtcSetSharedGeometryBuffer
        share(triangles, _VERTEX_BUFFER, 0, _FLOAT3, self._vertices.ctypes.data, 0, 12, len(vertices))
        share(triangles, _INDEX_BUFFER, 0, _UINT3, self._faces.ctypes.data, 0, 12, len(faces))
        self._library.rtcCommitGeometry(triangles)
        self._library.rtcAttachGeometry(self._scene, triangles)
        self._library.rtcReleaseGeometry(triangles)
        self._library.rtcCommitScene(self._scene)
        weakref.finalize(self, self._library.rtcReleaseScene, self._scene)
        if error := self._library.rtcGetDeviceError(device):
            raise RuntimeError(f"Embree cannot take a mesh of {len(faces)} triangles: error {error}")

    def first(self, origins: np.ndarray, directions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Face first met by each ray, (N,) int32 or -1, and how far away, (N,) float32."""
        count = directions.shape[1]
        packets = self._cast("rtcIntersect16", _HIT_ROWS, count, origins, directions)
        face = packets.view(np.int32)[:, _FACE].reshape(-1)[:count]
        distance = packets[:, _FAR].reshape(-1)[:count]
        return face, distance

    def hidden(self, origins: np.ndarray, direction: np.ndarray) -> np.ndarray:
        """(N,) bool: whether anything lies in a direction, (3, 1), from each point."""
        count = origins.shape[1]
        packets = self._cast("rtcOccluded16", _RAY_ROWS, count, origins, direction)
        return packets[:, _FAR].reshape(-1)[:count] < 0

    def _cast(self, function: str, rows: int, count: int, origins: np.ndarray, directions: np.ndarray) -> np.ndarray:
        """Packets (N / 16, rows, 16) of `count` rays after a query of the library."""
        packets = _aligned(-(-count // _PACKET), rows, _PACKET)
        packets[:, _ORIGIN] = _spread(origins, count)
        packets[:, _DIRECTION] = _spread(directions, count)
        packets[:, [_NEAR, _TIME]] = 0
        packets[:, _FAR] = np.inf
        packets.view(np.int32)[:, _MASK:_RAY_ROWS] = [[-1], [0], [0]]
        packets.view(np.int32)[:, _FACE : _SOLID + 1] = -1
        packets[-1:, _FAR, (count - 1) % _PACKET + 1 :] = -np.inf  # the last packet's surplus rays reach nothing
        cast = getattr(self._library, function)
        valid = self._valid.ctypes.data
        query = ctypes.addressof(self._query)
        start = packets.ctypes.data
        for packet in range(start, start + packets.nbytes, rows * _PACKET * 4):
            cast(valid, self._scene, packet, query)
        return packets


def _aligned(*shape: int) -> np.ndarray:
    """An uninitialised float32 array that starts at a multiple of 64 bytes, as packets must."""
    size = 4 * int(np.prod(shape))
    raw = np.empty(size + 64, np.uint8)
    start = -raw.ctypes.data % 64
    return raw[start : start + size].view(np.float32).reshape(shape)


def _spread(planes: np.ndarray, count: int) -> np.ndarray:
    """(3, count) planes, or one point (3, 1) for all, as (packets, 3, 16)."""
    whole = -(-count // _PACKET) * _PACKET
    if planes.shape[1] != whole:
        padded = np.ones((3, whole), np.float32)
        padded[:, :count] = planes
        planes = padded
    return planes.reshape(3, -1, _PACKET).transpose(1, 0, 2)
