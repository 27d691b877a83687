"""Every architecture is what its name says, takes images of any size, learns, and starts from what it can get."""

from __future__ import annotations

import math

import pytest
import torch
from torch.nn import functional

from hazards.labels import STREETHAZARDS
from hazards.networks import models, starts
from hazards.networks.backbones import Hiera, split_positions
from hazards.networks.models import FAMILIES, Network

KNOWN = STREETHAZARDS.known
SIZES = ("mini", "light", "full")
SMALL = ("mini", "light")


def built(family: str, size: str = "mini") -> Network:
    torch.manual_seed(0)
    return FAMILIES[family][size]()


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("kind", SMALL)
@pytest.mark.parametrize("size", [(64, 96), (45, 70), (72, 128)])
def test_logits_have_the_size_of_any_input(family, kind, size):
    network, images = built(family, kind), torch.rand(2, 3, *size)
    output = network(images)
    assert output.logits.shape == (2, KNOWN, *size)
    assert output.auxiliary.shape[:2] == (2, KNOWN)
    assert output.features.shape[0] == 2
    stride = 2 ** round(math.log2(size[1] / output.features.shape[3]))
    assert output.features.shape[2:] == tuple(-(-side // stride) for side in size)
    assert network.eval()(images).auxiliary is None


def wide() -> Network:
    """A constructor as a reader may write one."""
    return models._deeplabv3(models.SmallResNet(), rates=(2, 4), width=48)


@pytest.mark.parametrize("model", [wide, *(sizes[size] for sizes in FAMILIES.values() for size in SMALL)])
def test_any_constructor_gives_a_network_for_any_number_of_labels(model):
    output = models.built(model, 5)(torch.rand(2, 3, 64, 96))
    assert output.logits.shape == (2, 5, 64, 96)
    assert output.auxiliary.shape[1] == 5
    torch.manual_seed(0)
    usual = model().state_dict()
    torch.manual_seed(0)
    for name, tensor in models.built(model, KNOWN).state_dict().items():
        assert torch.equal(tensor, usual[name])


@pytest.mark.parametrize(
    ("family", "mean", "std"),
    [("deeplabv3", [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]), ("deeplabv3plus-lite0", [0.5] * 3, [0.5] * 3)],
)
def test_images_are_normalised_as_the_backbone_wants(family, mean, std):
    network, images = built(family).eval(), torch.rand(1, 3, 32, 48)
    seen = []
    network.backbone.register_forward_pre_hook(lambda _, arguments: seen.extend(arguments))
    network(images)
    for channel in range(3):
        torch.testing.assert_close(seen[0][:, channel], (images[:, channel] - mean[channel]) / std[channel])


def test_padding_is_the_mean_colour_and_is_cut_off_again():
    network = built("hiera").eval()
    padded = network.mean[None].expand(1, 3, 96, 128).clone()
    padded[..., :90, :120] = torch.rand(1, 3, 90, 120)
    with torch.inference_mode():
        whole, part = network(padded).logits, network(padded[..., :90, :120]).logits
    torch.testing.assert_close(part, whole[..., :90, :120])


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("kind", SMALL)
def test_every_part_learns(family, kind):
    network = built(family, kind)
    output = network(torch.rand(2, 3, 64, 96))
    target = torch.randint(KNOWN, (2, 64, 96))
    loss = functional.cross_entropy(output.logits, target) + output.auxiliary.square().mean()
    loss.backward()
    still = [name for name, each in network.named_parameters() if each.grad is None or not each.grad.abs().sum() > 0]
    # a bias before batch normalisation or of attention's keys has no effect: weights all have one
    assert all(name.endswith("bias") for name in still), still


@pytest.mark.parametrize(("family", "name"), [("deeplabv3", "resnet50"), ("deeplabv3-deep", "resnet101")])
def test_full_deeplabv3_is_torchvisions(family, name):
    from torchvision.models import get_model

    with torch.device("meta"):
        ours = built(family, "full")
        theirs = get_model(f"deeplabv3_{name}", weights=None, weights_backbone=None, num_classes=KNOWN, aux_loss=True)
    assert sorted(p.shape for p in ours.parameters()) == sorted(p.shape for p in theirs.parameters())


def parts(network: Network) -> dict[str, tuple[str, torch.Size | None]]:
    """Kind of each part without parts, its settings included, and the shape of its weight, by name."""
    leaves = {name: module for name, module in network.named_modules() if not [*module.children()]}
    return {
        name: (repr(module), getattr(getattr(module, "weight", None), "shape", None)) for name, module in leaves.items()
    }


def test_light_deeplabv3plus_differs_from_deeplabv3_in_its_decoder_alone():
    with torch.device("meta"):
        plain, plus = parts(built("deeplabv3", "light")), parts(built("deeplabv3plus", "light"))
    renamed = {name.replace("head.", "head.decoder.aspp."): part for name, part in plain.items()}
    assert renamed == {name: part for name, part in plus.items() if name in renamed}
    decoder = ("head.decoder.block1.", "head.decoder.block2.", "head.decoder.up")
    assert all(name.startswith(decoder) for name in plus.keys() - renamed.keys())


@pytest.mark.parametrize("size", ["mini", "full"])
def test_deeplabv3plus_differs_from_deeplabv3_in_its_decoder_alone(size):
    with torch.device("meta"):
        plain, plus = parts(built("deeplabv3", size)), parts(built("deeplabv3plus", size))
    # pyramid and last convolution are the first and second part of a head without a decoder
    names = {"head.0": "head.pyramid", "head.1": "head.last"}
    renamed = {name.replace(name[:6], names.get(name[:6], name[:6]), 1): part for name, part in plain.items()}
    decoder = {name for name in plus if name.startswith("head.borders")}
    assert decoder == plus.keys() - renamed.keys()
    assert renamed.keys() <= plus.keys()
    assert {name for name in renamed if renamed[name] != plus[name]} == {"head.last.0"}  # sees more channels
    narrow, width = plus["head.borders.0"][1][0], plain["classifier"][1][1]
    assert plain["head.1.0"][1] == (width, width, 3, 3)
    assert plus["head.last.0"][1] == (width, width + narrow, 3, 3)


def test_the_decoder_joins_the_first_stage_at_its_size():
    """As at full size, where the pyramid's map is half as large."""
    head = built("deeplabv3plus").head.eval()
    maps = [torch.rand(1, 32, 12, 20), torch.rand(1, 48, 6, 10), torch.rand(1, 64, 6, 10)]
    features = head(maps)
    assert features.shape == (1, 32, 12, 20)
    assert not torch.equal(features, head([torch.rand(1, 32, 12, 20), *maps[1:]]))


@pytest.mark.slow
@pytest.mark.parametrize(("family", "millions"), [("segformer", 84), ("hiera", 52), ("deeplabv3plus", 40)])
def test_full_size_networks_have_their_papers_size(family, millions):
    network = built(family, "full")
    auxiliary = sum(p.numel() for p in network.auxiliary.parameters())
    assert (sum(p.numel() for p in network.parameters()) - auxiliary) / 1e6 == pytest.approx(millions, rel=0.04)


def test_hiera_follows_the_images_as_timms_own_built_for_their_size():
    import timm

    torch.manual_seed(0)
    ours = Hiera("hiera_tiny_224", embed_dim=16, stages=(1, 1, 1, 1)).eval()
    sizes = {"img_size": (64, 96), "embed_dim": 16, "stages": (1, 1, 1, 1), "global_pos_size": (7, 7)}
    theirs = timm.create_model("hiera_tiny_224", num_classes=0, abs_win_pos_embed=True, **sizes).eval()
    theirs.head = torch.nn.Identity()
    theirs.load_state_dict(ours.body.state_dict())
    images = torch.rand(1, 3, 64, 96)
    with torch.inference_mode():
        ours(torch.rand(1, 3, 96, 32))
        for mine, expected in zip(ours(images), theirs.forward_intermediates(images)[1], strict=True):
            assert torch.equal(mine, expected)


def test_positions_split_into_windows_and_their_inside():
    between, within = torch.randn(1, 5, 7, 7), torch.randn(1, 5, 8, 8)
    whole = between.repeat_interleave(8, 2).repeat_interleave(8, 3) + within.tile(7, 7)
    coarse, fine = split_positions(whole.flatten(2).transpose(1, 2))
    again = coarse.repeat_interleave(8, 2).repeat_interleave(8, 3) + fine.tile(7, 7)
    torch.testing.assert_close(again, whole)


def test_an_unknown_architecture_lists_those_that_are_known():
    with pytest.raises(
        ValueError, match=r"'unet'.*deeplabv3plus-lite0, deeplabv3, deeplabv3-deep, deeplabv3plus, segformer, hiera"
    ):
        models.sized("unet", "mini")


def test_weights_that_cannot_be_had_leave_random_ones_and_one_line(monkeypatch, capsys):
    network = built("deeplabv3")
    before = network.backbone.stem[0][0].weight.clone()

    def offline():
        raise OSError("no\nconnection")

    monkeypatch.setattr(network.backbone, "imagenet_weights", offline, raising=False)
    assert starts.from_imagenet(network) == starts.UNAVAILABLE
    assert torch.equal(network.backbone.stem[0][0].weight, before)
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "no connection" in error


@pytest.mark.parametrize("family", FAMILIES)
def test_a_light_network_starts_from_imagenet_or_says_that_there_are_no_weights_of_its_size(family, capfd):
    start = starts.from_imagenet(built(family, "light"))
    if family in ("segformer", "hiera"):
        assert start == starts.UNAVAILABLE
        assert "there are none for" in capfd.readouterr().err
    else:
        assert start == starts.IMAGENET


@pytest.mark.slow
@pytest.mark.parametrize("family", FAMILIES)
def test_imagenet_weights_fit_the_backbone(family, monkeypatch):
    """Without a connection: the libraries hand over random weights instead of those for ImageNet."""
    import timm
    from segmentation_models_pytorch import encoders
    from torchvision.models import _api

    create, get_encoder = timm.create_model, encoders.get_encoder
    states = {}

    def handed_over(self, *_, **__):
        from torchvision.models import get_model

        return states.setdefault("state", get_model(network.backbone.name, weights=None).state_dict())

    monkeypatch.setattr(_api.WeightsEnum, "get_state_dict", handed_over)
    monkeypatch.setattr(timm, "create_model", lambda name, pretrained, **rest: create(name, pretrained=False, **rest))
    monkeypatch.setattr(encoders, "get_encoder", lambda name, weights: get_encoder(name, weights=None))
    network = built(family, "full")
    assert starts.from_imagenet(network) == starts.IMAGENET


@pytest.mark.slow
@pytest.mark.parametrize("family", FAMILIES)
def test_full_size_networks_take_a_step(family):
    network = built(family, "full")
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-4)
    images, labels = torch.rand(2, 3, 128, 160), torch.randint(KNOWN, (2, 128, 160))
    losses = []
    for _ in range(4):
        output = network(images)
        loss = functional.cross_entropy(output.logits, labels)
        optimizer.zero_grad()
        (loss + output.auxiliary.square().mean()).backward()
        optimizer.step()
        losses.append(loss.item())
    assert min(losses[1:]) < losses[0]
