"""A trained network in a file: its weights, or an ONNX graph that says the same as the network does.

The graph takes ``image``, float32 (batch, 3, height, width), RGB in 0–1, of any size, normalises it itself, and gives
``logits``, float32 (batch, K, height, width) for K labels. Its metadata say which network it is, at which size it was
trained, and the names and colours of the labels, as JSON, without the anomaly's and, as ``labels``, with all that the
label set has.
"""

from __future__ import annotations

import json
import logging
import warnings
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from hazards.errors import HazardsError
from hazards.messages import say
from hazards.prediction import weight_files
from hazards.prediction.trained_networks import Trained
from hazards.whole_files import whole_file

TOLERANCE = 1e-4
"""Largest difference from the network's own logits, as a share of the largest of these."""


class ExportError(HazardsError):
    """A network cannot be exported, or its file says something else; the message says why."""


class _Logits(nn.Module):
    """A network without its further outputs."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, image: Tensor) -> Tensor:
        return self.network(image).logits


def export(trained: Trained, path: Path) -> None:
    """Write a network as its suffix says: its weights as safetensors, see weight_files.py, or a graph as ONNX.

    Raises:
        ExportError: for a folder, and as `_export_graph` does.
    """
    if path.is_dir():
        raise ExportError(f"{path} is a folder: --out names a file, for example {path / 'network.onnx'}")
    if path.suffix == weight_files.SUFFIX:
        weight_files.write(path, trained.load().state_dict(), trained.metadata())
    else:
        _export_graph(trained, path)


def _export_graph(trained: Trained, path: Path) -> None:
    """Write a network as ONNX, if it gives the network's logits on random images of several sizes.

    It is compared in memory: the minutes before it is right leave nothing on the disk, however they end.

    Raises:
        ExportError: where a package is missing, and where the graph differs by more than `TOLERANCE`.
    """
    try:
        import onnxruntime
        import onnxscript  # noqa: F401 # what torch writes ONNX with
    except ImportError as error:
        raise ExportError(
            f"{error.name} is missing: `uv pip install --group export` brings what an export needs"
        ) from None

    network = _Logits(_plain(trained.load().cpu())).eval()
    program = _program(network, trained.size)
    program.model.metadata_props.update(_metadata(trained))
    model = program.model_proto.SerializeToString()
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    difference = max(_difference(network, session, shape) for shape in _shapes(trained.size))
    if not difference <= TOLERANCE:
        raise ExportError(f"the file differs from the network by {difference:.1e} of the largest logit; not written")
    with whole_file(path) as draft:
        draft.write_bytes(model)
    say(f"largest difference from PyTorch: {difference:.1e} of the largest logit")


def _plain(network: nn.Module) -> nn.Module:
    """The network without fused attention, which the exporter cannot write for Hiera's windows; the formula stays."""
    for module in network.modules():
        if hasattr(module, "fused_attn"):
            module.fused_attn = False  # type: ignore[assignment]
    return network


def _program(network: nn.Module, size: tuple[int, int]) -> Any:
    """The network as a graph that takes images of any number and size.

    It is traced with odd sides: even ones would pass for a property of all images, and what is padded would be lost.
    """
    any_size = {0: "batch", 2: "height", 3: "width"}
    odd = torch.rand(2, *_shapes(size)[-1][1:])
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)  # its remarks, and warnings, are on its own workings
    with warnings.catch_warnings(action="ignore"):
        return torch.onnx.export(
            network,
            (odd,),
            dynamo=True,
            input_names=["image"],
            output_names=["logits"],
            dynamic_shapes=(any_size,),
            verbose=False,
        )


def _metadata(trained: Trained) -> dict[str, str]:
    known = {
        "names": json.dumps(trained.labels.names[:-1]),
        "colors": json.dumps(trained.labels.colors[:-1]),
    }
    return trained.metadata() | known


def _shapes(size: tuple[int, int]) -> list[tuple[int, ...]]:
    """Shapes of the batches that are compared: as exported, an image alone, and one of another, odd size."""
    height, width = size
    return [(2, 3, height, width), (1, 3, height, width), (1, 3, height * 3 // 4 | 1, width * 5 // 4 | 1)]


def _difference(network: nn.Module, session: Any, shape: tuple[int, ...]) -> float:
    """Largest difference of a logit on random images, as a share of the largest logit."""
    images = torch.rand(shape, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        logits = network(images)
    (exported,) = session.run(None, {"image": images.numpy()})
    largest = logits.abs().max()
    return float((torch.from_numpy(exported) - logits).abs().max() / largest)
