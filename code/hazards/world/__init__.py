"""The embedded world: an own, ray-traced stand-in for StreetHazards."""
