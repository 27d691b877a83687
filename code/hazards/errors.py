"""The base of all errors that a user can mend: their message says what and where, and a command shows nothing else."""


class HazardsError(Exception):
    """Something outside of the code is wrong: a setting, a file, a disk."""


class MissingError(HazardsError):
    """What is needed is not there yet."""
