"""Scenes: which hazards stand in which image."""

from __future__ import annotations

from hazards.world.hazards.catalogue import KINDS
from hazards.world.scene import scene


def test_every_kind_comes_up_once_before_any_returns():
    order = [scene("test", i).hazards[0] for i in range(40)]
    assert len(set(order)) == 40
    assert scene("test", 1).hazards[0] == scene("test", 1 + len(KINDS)).hazards[0]
    assert len(KINDS) >= 250
