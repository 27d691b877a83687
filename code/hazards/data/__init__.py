"""The data set: StreetHazards' layout on disk, its reader, its transforms and its statistics.

In: a folder in that layout, the real data set's or the embedded world's. Out: samples, batches, statistics, and a
fingerprint of all content. Imports the world, which may be the data set, and the store.
"""

from hazards.data.errors import DataSetError
from hazards.data.layout import DataSet, Sample
from hazards.data.sources import current_data_set, embedded_world

__all__ = ["DataSet", "DataSetError", "Sample", "current_data_set", "embedded_world"]
