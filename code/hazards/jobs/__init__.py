"""Where missing results are computed: in processes here, on a Slurm cluster, or by several processes together.

In: calls of steps. Out: their entries. Imports the store.
"""

from hazards.jobs.workers import gather

__all__ = ["gather"]
