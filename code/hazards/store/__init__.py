"""Results by content: each is computed once and found again by what it depends on.

In: calls of steps. Out: entries in ``checkpoints/``. steps.py is what others use; entries.py is one result on disk,
formats.py how its values are written, provenance.py how they came about, keys/ what it depends on, locks.py keeps
processes apart, chapter_records.py knows which chapter used what, inventory.py lists that, garbage_collection.py
removes the rest, shipped.py packs what comes with the project, explain.py says why something was computed again.
Imports nothing but what everything may know.
"""

from hazards.store.context import computed_by, is_stating, stating, workdir
from hazards.store.entries import Entry, StoreError, root
from hazards.store.explain import why
from hazards.store.garbage_collection import gc
from hazards.store.steps import Call, Step, step

__all__ = [
    "Call",
    "Entry",
    "Step",
    "StoreError",
    "computed_by",
    "gc",
    "is_stating",
    "root",
    "stating",
    "step",
    "why",
    "workdir",
]
