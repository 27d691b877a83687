"""EfficientNet-Lite starts from what its packages hold: each tensor in its place, and what they say of photographs."""

from __future__ import annotations

import pytest
import timm
import torch
from safetensors.torch import load_file
from sklearn.datasets import load_sample_images
from torchvision.transforms import v2

from hazards.networks import efficientnet_lite, models, starts
from hazards.networks.backbones import IMAGENET_MEAN, IMAGENET_STD
from hazards.networks.efficientnet_lite import SHA256, EfficientNetLite, ForeignWeightsError, with_timms_names

PALACE, DAISY = 698, 985
"""What scikit-learn's photographs show, china.jpg and flower.jpg, by number in ImageNet."""
LIKE = {"_conv_stem": "conv_stem", "_depthwise_conv": "conv_dw", "_expand_conv": "conv_pw", "_fc": "classifier"}
"""Parts whose names are the same in all blocks, by the package's and by timm's name."""


@pytest.fixture(autouse=True)
def store(tmp_path, monkeypatch):
    monkeypatch.setenv("HAZARDS_STORE", str(tmp_path))
    return tmp_path


@pytest.fixture(scope="module", params=("lite0", "lite1"))
def variant(request):
    return request.param


@pytest.fixture(scope="module")
def packaged(variant):
    return torch.load(efficientnet_lite.weights_file(variant), weights_only=True)


@pytest.fixture(scope="module")
def photographs():
    """(2, 3, 224, 224) in 0–1."""
    crop = v2.Compose([v2.ToImage(), v2.Resize(256), v2.CenterCrop(224), v2.ToDtype(torch.float32, scale=True)])
    return torch.stack([crop(image.copy()) for image in load_sample_images().images])


def normalised(images: torch.Tensor, mean: tuple[float, ...], std: tuple[float, ...]) -> torch.Tensor:
    return (images - torch.tensor(mean).view(3, 1, 1)) / torch.tensor(std).view(3, 1, 1)


def test_each_tensor_gets_the_name_of_its_like(packaged, variant):
    named = with_timms_names(variant, packaged)
    assert len(named) == len(packaged) == {"lite0": 296, "lite1": 386}[variant]
    for (theirs, tensor), (name, kept) in zip(packaged.items(), named.items(), strict=True):
        assert tensor is kept
        *_, their_part, their_kind = theirs.split(".")
        *_, part, kind = name.split(".")
        assert their_kind == kind
        assert ("bn" in their_part) == ("bn" in part)
        assert LIKE.get(their_part, part) == part


def test_tensors_in_another_order_are_refused(packaged, variant):
    with pytest.raises(ForeignWeightsError, match="in its order"):
        with_timms_names(variant, dict(reversed(packaged.items())))
    with pytest.raises(ForeignWeightsError, match="shapes"):
        with_timms_names(variant, dict(list(packaged.items())[:-1]))


def test_photographs_are_recognised_by_this_normalisation(packaged, variant, photographs):
    network = timm.create_model(f"tf_efficientnet_{variant}", pretrained=False).eval()
    network.load_state_dict(with_timms_names(variant, packaged))
    images = normalised(photographs, EfficientNetLite.mean, EfficientNetLite.std)
    with torch.inference_mode():
        palace, flower = network(images).argmax(1).tolist()
    assert palace == PALACE
    assert flower == DAISY or variant == "lite1"  # a dahlia, which ImageNet has no name for


def test_the_first_batch_norm_saw_images_with_this_normalisation(packaged, photographs):
    def spread(mean, std):
        maps = torch.nn.functional.conv2d(normalised(photographs, mean, std), packaged["_conv_stem.weight"], stride=2)
        return (maps.var((0, 2, 3)) / packaged["_bn0.running_var"]).median()

    assert 0.5 < spread(EfficientNetLite.mean, EfficientNetLite.std) < 2
    assert spread(IMAGENET_MEAN, IMAGENET_STD) > 3


def test_the_backbone_gets_all_tensors_that_it_has(packaged, variant, store):
    network = {"lite0": models.deeplabv3_lite0, "lite1": models.deeplabv3_lite1}[variant]().eval()
    images = torch.rand(1, 3, 64, 96)
    random = network.backbone(images)[-1]
    assert starts.from_imagenet(network) == starts.IMAGENET
    assert not torch.allclose(network.backbone(images)[-1], random)
    state = network.backbone.state_dict()
    first_left_out = {"lite0": 8, "lite1": 11}[variant]
    end = list(packaged).index(f"_blocks.{first_left_out}._expand_conv.weight")
    assert len(state) == end
    for tensor, expected in zip(state.values(), list(packaged.values())[:end], strict=True):
        assert torch.equal(tensor, expected)
    (kept,) = store.glob("lite_weights/*/*.safetensors")
    assert len(load_file(kept)) == len(packaged)


def test_maps_are_those_of_the_classifier_on_its_way(packaged, variant):
    whole = timm.create_model(f"tf_efficientnet_{variant}", pretrained=False).eval()
    whole.load_state_dict(with_timms_names(variant, packaged))
    backbone = EfficientNetLite(variant).eval()
    backbone.load_state_dict(backbone.imagenet_weights())
    images = torch.rand(1, 3, 64, 96)
    maps = backbone(images)
    assert [tuple(stage.shape[1:]) for stage in maps] == [(24, 16, 24), (40, 8, 12), (80, 8, 12)]
    torch.testing.assert_close(maps[1], whole.blocks[:3](whole.bn1(whole.conv_stem(images))))


def test_another_file_is_refused(tmp_path, monkeypatch):
    other = tmp_path / "weights.pth"
    other.write_bytes(b"something else")
    monkeypatch.setattr(efficientnet_lite, "weights_file", lambda variant: other)
    with pytest.raises(ForeignWeightsError, match="another file"):
        efficientnet_lite.lite_weights("lite0", SHA256["lite0"])
