"""Results as files in open formats: JSON, Parquet, npz, safetensors and PNG; never pickle.

A value is encoded to bytes, so that writing, checking and the errors of a full disk are the same for all formats.
Libraries are imported where they are used: steps that return plain JSON, and the command line, do without them.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from hazards.errors import HazardsError

Layout = dict[str, Any]
"""How a value lies on disk: a leaf is {"kind": ..., "file": ...}, an inner node {"items": {name: layout}}."""

_SUFFIX = {
    "json": "json",
    "table": "parquet",
    "array": "npz",
    "arrays": "npz",
    "tensor": "safetensors",
    "tensors": "safetensors",
    "image": "png",
}


class ValueKindError(HazardsError, TypeError):
    """A value that the store has no format for."""


def encode(value: Any, where: str, name: str = "value") -> tuple[Layout, dict[str, bytes]]:
    """Encode a value as a layout and the bytes of each file, by its path inside the entry.

    Besides what JSON can hold: a DataFrame, a NumPy array, a tensor, a PIL image, a dict of arrays or of tensors,
    and a dict that mixes these. Raises ValueKindError, which names the place, for anything else.
    """
    kind = _kind(value)
    if kind:
        file = f"{name}.{_SUFFIX[kind]}"
        return {"kind": kind, "file": file}, {file: _to_bytes(kind, value)}
    if not isinstance(value, Mapping):
        problem = _not_json(value, where)
        raise ValueKindError(f"{problem} cannot be stored; return JSON, tables, arrays, tensors or images")
    items: Layout = {}
    files: dict[str, bytes] = {}
    for key, item in value.items():
        if not isinstance(key, str) or not key or key.startswith(".") or "/" in key:
            raise ValueKindError(f"{where}: {key!r} cannot name a file; use plain text as keys")
        items[key], more = encode(item, f"{where}[{key!r}]", f"{name}/{key}")
        files |= more
    return {"items": items}, files


def decode(layout: Layout, read: Callable[[str], bytes]) -> Any:
    """The value that ``encode`` was given, up to tuples, which come back as lists, and dicts that are `Items`.

    Args:
        read: gives the bytes of a file, by its path inside the entry.
    """
    return Items(layout["items"], read) if "items" in layout else _from_bytes(layout["kind"], read(layout["file"]))


class Items(Mapping[str, Any]):
    """A dict whose items are read from disk when they are first asked for."""

    def __init__(self, layouts: dict[str, Layout], read: Callable[[str], bytes]) -> None:
        self._layouts, self._read = layouts, read
        self._items: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._items:
            self._items[name] = decode(self._layouts[name], self._read)
        return self._items[name]

    def __contains__(self, name: object) -> bool:
        return name in self._layouts

    def __iter__(self) -> Iterator[str]:
        return iter(self._layouts)

    def __len__(self) -> int:
        return len(self._layouts)

    def __repr__(self) -> str:
        return f"Items({', '.join(self)})"


def _is(value: Any, package: str, name: str) -> bool:
    """Whether a value is of a library's class; without importing the library, which is slow."""
    return any((kind.__module__.partition(".")[0], kind.__name__) == (package, name) for kind in type(value).__mro__)


def _kind(value: Any) -> str | None:
    if _is(value, "pandas", "DataFrame"):
        return "table"
    if _is(value, "PIL", "Image"):
        return "image"
    if _not_json(value, "") is None:
        return "json"
    for kind, of in (("array", ("numpy", "ndarray")), ("tensor", ("torch", "Tensor"))):
        if _is(value, *of):
            return kind
        if isinstance(value, dict) and all(isinstance(name, str) and _is(item, *of) for name, item in value.items()):
            return f"{kind}s"
    return None


def _not_json(value: Any, where: str) -> str | None:
    """The first thing in a value that JSON cannot hold, with its place; None where there is none."""
    number = value.item() if _is(value, "numpy", "generic") else value
    if number is None or isinstance(number, (bool, int, float, str)):
        return None
    if isinstance(value, (list, tuple)):
        inner = ((item, f"{where}[{index}]") for index, item in enumerate(value))
    elif isinstance(value, dict) and all(isinstance(name, str) for name in value):
        inner = ((item, f"{where}[{name!r}]") for name, item in value.items())
    else:
        return f"{where}: a {type(value).__name__}"
    problems = (_not_json(item, place) for item, place in inner)
    return next(filter(None, problems), None)


def to_json(data: Any, indent: int | None = 1) -> bytes:
    """JSON as UTF-8; NumPy numbers become plain ones."""
    text = json.dumps(data, indent=indent, ensure_ascii=False, default=lambda number: number.item())
    return (text + "\n").encode("utf-8", "surrogatepass")


def _to_bytes(kind: str, value: Any) -> bytes:
    if kind == "json":
        return to_json(value)
    buffer = io.BytesIO()
    items = value if kind.endswith("s") else {"value": value}
    if kind == "table":
        value.to_parquet(buffer)
    elif kind == "image":
        value.save(buffer, "PNG")
    elif kind.startswith("array"):
        _save_arrays(buffer, items)
    else:
        from safetensors import torch as safetensors

        return safetensors.save({name: tensor.detach().cpu().contiguous().clone() for name, tensor in items.items()})
    return buffer.getvalue()


def _save_arrays(buffer: io.BytesIO, arrays: dict[str, Any]) -> None:
    """Save like ``numpy.savez``, which cannot save arrays named ``file`` or ``args``."""
    import numpy as np

    with zipfile.ZipFile(buffer, "w") as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as file:
                np.lib.format.write_array(file, array, allow_pickle=False)


def _from_bytes(kind: str, data: bytes) -> Any:
    buffer = io.BytesIO(data)
    if kind == "json":
        return json.loads(data.decode("utf-8", "surrogatepass"))
    if kind == "table":
        from pyarrow import parquet  # directly: pandas takes twice as long for the small tables kept here

        return parquet.ParquetFile(buffer).read(use_threads=False).to_pandas()
    if kind == "image":
        from PIL import Image

        image = Image.open(buffer)
        image.load()
        return image
    if kind.startswith("array"):
        import numpy as np

        with np.load(buffer, allow_pickle=False) as arrays:
            items = dict(arrays)
    else:
        from safetensors import torch as safetensors

        items = safetensors.load(data)
    return items if kind.endswith("s") else items["value"]
