"""Means over superpixels: of which pixels they are taken, and at which size."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from skimage.segmentation import slic
from torch.nn import functional

from hazards.networks.models import Output
from hazards.scores.logits import energy, max_logit
from hazards.scores.superpixels import SuperpixelMean
from score_samples import outputs


def halves(size: tuple[int, int]) -> torch.Tensor:
    """A picture (1, 3, H, W), red on the left and blue on the right."""
    picture = torch.zeros(1, 3, *size)
    picture[:, 0, :, : size[1] // 2] = 1
    picture[:, 2, :, size[1] // 2 :] = 1
    return picture


@pytest.mark.parametrize("base", [max_logit, energy])
def test_each_pixel_gets_the_mean_over_its_superpixel(base):
    output, _ = outputs(2)
    coarse = torch.rand(2, 3, 4, 6, generator=torch.Generator().manual_seed(1))
    output = output._replace(images=functional.interpolate(coarse, (24, 36), mode="bilinear"))
    values = base(output.logits).double().numpy()
    for index, picture in enumerate(output.images.movedim(1, -1).numpy()):
        regions = slic(picture, n_segments=30, compactness=10, start_label=0)
        assert regions.max() > 10
        for number in np.unique(regions):
            members = regions == number
            values[index][members] = values[index][members].mean()
    found = SuperpixelMean(base, regions=30).scorer({})(output)
    np.testing.assert_allclose(found, values, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("seen", [(24, 40), (48, 80), (12, 20)])
def test_regions_follow_the_colours_at_the_size_of_the_logits(seen):
    logits = torch.randn(1, 13, 24, 40, generator=torch.Generator().manual_seed(0))
    values = SuperpixelMean(regions=2).scorer({})(Output(logits, None, logits, halves(seen)))
    plain = max_logit(logits)
    for half in (slice(0, 19), slice(21, 40)):  # the columns in the middle are mixed where the picture is resized
        assert values[..., half].std().item() == pytest.approx(0, abs=1e-6)
        assert values[..., half].mean().item() == pytest.approx(plain[..., half].mean().item(), abs=0.15)


def test_without_the_images_it_says_what_it_needs():
    output, _ = outputs(1)
    with pytest.raises(ValueError, match="superpixel mean needs the images"):
        SuperpixelMean().scorer({})(output._replace(images=None))
