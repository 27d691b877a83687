"""Where cars and pedestrians are in a street."""

from __future__ import annotations

import numpy as np

from hazards.world.towns.layout import Layout
from hazards.world.towns.road_users import car, pedestrian


def drive(layout: Layout) -> None:
    """Put cars on the lanes, and on the kerbs where there is room to park."""
    street, rng = layout.street, layout.rng
    for _ in range(rng.poisson(layout.town.cars)):
        s = rng.uniform(11, 75)
        onward = rng.random() < 0.5
        parked = street.half - street.lanes * street.lane > 1.4 and rng.random() < 0.5
        t = street.half - 1.15 if parked else (rng.integers(street.lanes) + 0.5) * street.lane
        yaw = np.pi
        if onward:
            t = -t
            yaw = 0.0
        if layout.free(s, t, 2.9) and (street.clear_of_crossing(s, 3) or not parked):
            solid = car(int(rng.integers(32)))
            layout.put(solid, s, t, yaw + rng.normal(0, 0.03))
            layout.block(s, t, 2.6)


def walk(layout: Layout) -> None:
    """Put pedestrians on the sidewalks."""
    street, rng = layout.street, layout.rng
    for _ in range(rng.poisson(layout.town.people)):
        side = int(rng.choice((-1, 1)))
        s = rng.uniform(6, 35)
        t = side * (street.half + rng.uniform(0.5, street.sidewalk[side > 0] - 0.3))
        if layout.free(s, t, 0.5) and street.clear_of_crossing(s, 1):
            solid = pedestrian(int(rng.integers(60)))
            layout.put(solid, s, t, rng.choice((0.0, np.pi)) + rng.normal(0, 0.2))
            layout.block(s, t, 0.5)
