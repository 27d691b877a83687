"""The data set: StreetHazards' layout on disk, its reader, its transforms and its statistics."""

from hazards.data.errors import DataSetError
from hazards.data.layout import DataSet, Sample
from hazards.data.sources import current_data_set, embedded_world

__all__ = ["DataSet", "DataSetError", "Sample", "current_data_set", "embedded_world"]
