"""The error of everything that reads a data set."""

from __future__ import annotations

from hazards.errors import HazardsError, MissingError


class DataSetError(HazardsError, ValueError):
    """The data set on disk is missing, incomplete or damaged; the message names the path."""


class NoDataSetError(DataSetError, MissingError):
    """There is no data set at the path."""
