"""Three dials: a profile sets sizes and lengths, ``HAZARDS_DATA`` names a data set, ``HAZARDS_SEEDS`` sets the seeds.

Without a data set it is the embedded world; the profile `streethazards` insists on one. All else derives from these.

Chosen by Quarto's own profile: ``quarto render --profile smoke`` or ``QUARTO_PROFILE=smoke``; `mini` otherwise.
Quarto ignores a profile that it does not know without a word, so `current` refuses one. With another number of seeds
what is there of each seed stays.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace

from hazards.errors import HazardsError


@dataclass(frozen=True)
class Profile:
    """Sizes and lengths of the experiments.

    Args:
        name: what ``QUARTO_PROFILE`` says.
        world: whether the data set is the embedded world, rendered at `native`, or one on disk, see `on_own_data`.
        native: height and width of the data set's images in pixels.
        size: height and width at which networks see them.
        images: number of images rendered for train, val and test; the real data set has its own.
        epochs: passes over the training split of the baseline.
        lengths: epochs of the trainings that compare what networks reach with their computing, `epochs` among them.
        batch_size: images a step.
        learning_rate: the schedule's largest.
        learning_rates: factors of it, 1 among them, of which each network is given the one that suits it best, see
            `studies.search`.
        warmup: share of the steps in which it rises to that, see `training.Recipe`; the log has none.
        balance: of the labels in the loss, see `training.Recipe`; the log weighs all pixels alike.
        seeds: trainings of each recipe from which a conclusion is drawn.
        networks: `mini`, `light` or `full`, the size of the networks and how they start (see `models.FAMILIES`).
        baseline: architecture of the baseline's network, see there.
        precision: of training, see `training.Recipe`. With bf16-mixed the small networks train up to 1.6 times faster
            where the processor computes in bfloat16, and 2 to 7 times slower where it does not; see
            benchmarks/precision.py.
        own_data: what the folder of the data set on disk is called; empty where none is named.
    """

    name: str
    world: bool
    native: tuple[int, int]
    size: tuple[int, int]
    images: tuple[int, int, int]
    epochs: int
    lengths: tuple[int, ...]
    batch_size: int
    learning_rate: float
    learning_rates: tuple[float, ...]
    warmup: float
    balance: float
    seeds: int
    networks: str
    baseline: str
    precision: str
    own_data: str = ""

    @property
    def reduced(self) -> tuple[int, int]:
        """A square size with as large a share of the native pixels as the log's 512×512, in multiples of 8."""
        height, width = self.native
        side = 8 * round((512 * 512 / (720 * 1280) * height * width) ** 0.5 / 8)
        return side, side

    @property
    def unsqueezed(self) -> tuple[int, int]:
        """About as many pixels as `reduced` has, in the native aspect, in multiples of 8."""
        height, width = self.native
        pixels = self.reduced[0] * self.reduced[1]
        factor = (pixels / (height * width)) ** 0.5
        return 8 * round(factor * height / 8), 8 * round(factor * width / 8)

    @property
    def edition(self) -> str:
        """What names the files of a run: the profile, with what other dials set apart, data and number of seeds."""
        parts = [self.name]
        if self.own_data:
            parts.append(self.own_data)
        if self.seeds != PROFILES[self.name].seeds:
            parts.append(f"{self.seeds}-seeds")
        return "-".join(parts)

    @property
    def replicates(self) -> str:
        """A phrase for captions: how many seeds."""
        return seeds_text(self.seeds)

    @property
    def data(self) -> str:
        """A phrase for captions: which data."""
        kind = "embedded world" if self.world else "real data"
        if self.own_data:
            kind = f"data set {self.own_data}"
        return f"{kind}, profile {self.name}"

    @property
    def description(self) -> str:
        """A phrase for captions: which data, at which size."""
        return f"{self.data}, {self.size[1]}×{self.size[0]} pixels"


def seeds_text(count: int) -> str:
    """``1 seed``, ``2 seeds`` and so on."""
    return f"{count} seed{'s' * (count != 1)}"


FULL_SIZE = (5125, 1031, 1500)
"""Images in StreetHazards' train, val and test splits."""

_WORLD = Profile(
    name="world",
    world=True,
    native=(720, 1280),
    size=(512, 512),
    images=FULL_SIZE,
    epochs=30,
    lengths=(15, 30, 60),
    batch_size=4,
    learning_rate=1e-4,
    learning_rates=(0.3, 1.0, 3.0),
    warmup=0.0,
    balance=0.0,
    seeds=3,
    networks="full",
    baseline="deeplabv3",
    precision="32-true",
)

_MINI = Profile(
    name="mini",
    world=True,
    native=(144, 256),
    size=(144, 256),
    images=(240, 96, 120),
    epochs=2,
    lengths=(1, 2),
    batch_size=4,
    learning_rate=5e-3,
    learning_rates=(1.0,),
    warmup=0.15,
    balance=0.5,
    seeds=2,
    networks="mini",
    baseline="deeplabv3",
    precision="32-true",
)

PROFILES = {
    profile.name: profile
    for profile in (
        replace(_MINI, name="smoke", native=(72, 128), size=(72, 128), images=(24, 8, 12), batch_size=8),
        _MINI,
        replace(
            _MINI,
            name="study",
            images=(360, 96, 480),
            epochs=12,
            lengths=(6, 12),
            learning_rates=(0.3, 1.0, 3.0),
            seeds=8,
            networks="light",
            baseline="deeplabv3plus",
        ),
        _WORLD,
        replace(_WORLD, name="streethazards", world=False),
    )
}


class UnknownProfileError(HazardsError, ValueError):
    """The name in ``QUARTO_PROFILE`` is no profile of this project."""


class SeedsError(HazardsError, ValueError):
    """``HAZARDS_SEEDS`` is no number of seeds."""


FEW_SEEDS = 2
"""Enough for a quick look: the least that have an interval. What chapters ask for with so few is shipped, too."""
MOST_SEEDS = 100
"""From here on seeds are those of searches and pilots, see `studies.search`."""


def current() -> Profile:
    """The profile chosen by ``QUARTO_PROFILE``, `mini` where it is empty, changed by the other two dials.

    Raises:
        UnknownProfileError: for a name that is no profile.
        SeedsError: for what is no number of seeds.
    """
    name = os.environ.get("QUARTO_PROFILE") or "mini"
    if name not in PROFILES:
        raise UnknownProfileError(f"unknown profile {name!r}: choose one of {', '.join(PROFILES)}")
    profile = on_own_data(PROFILES[name], os.environ.get("HAZARDS_DATA", ""))
    setting = os.environ.get("HAZARDS_SEEDS")
    return replace(profile, seeds=_seeds(setting)) if setting else profile


def on_own_data(profile: Profile, folder: str) -> Profile:
    """The profile with the data set of a folder in place of the embedded world; as it is where no folder is named."""
    if not folder:
        return profile
    return replace(profile, world=False, own_data=os.path.basename(os.path.abspath(folder)))


@contextlib.contextmanager
def with_seeds(number: int) -> Iterator[None]:
    """Set the number of seeds meanwhile, also for processes that are started."""
    before = os.environ.get("HAZARDS_SEEDS", "")
    os.environ["HAZARDS_SEEDS"] = str(number)
    try:
        yield
    finally:
        os.environ["HAZARDS_SEEDS"] = before


def _seeds(setting: str) -> int:
    """The number of seeds that a setting asks for."""
    if not (setting.isascii() and setting.isdigit() and 1 <= int(setting) <= MOST_SEEDS):
        raise SeedsError(f"{setting!r} is no number of seeds: choose one from 1 to {MOST_SEEDS}")
    return int(setting)
