"""The errors of everything that reads a data set."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hazards.errors import HazardsError, MissingError


class DataSetError(HazardsError, ValueError):
    """The data set on disk is missing, incomplete or damaged; the message names the path."""


class NoDataSetError(DataSetError, MissingError):
    """There is no data set at the path."""


@contextmanager
def errors_name(path: Path) -> Iterator[None]:
    """Turn whatever goes wrong with a file that a list names into a DataSetError, which names the file."""
    try:
        yield
    except DataSetError:
        raise
    except FileNotFoundError:
        raise DataSetError(f"{path} is missing, though its data set's list names it") from None
    except Exception as error:  # decoders raise whatever they stumble on
        raise DataSetError(f"{path} cannot be read: {str(error) or type(error).__name__}") from None
