"""The claims of the log: declared rules, gates, decisions by them, and the ledger of all verdicts.

In: figures with their intervals, and the networks that they are of. Out: findings, a verdict each. A chapter that tests
a claim has a `Finding` by its id:

    findings = {"C13": decide("C13", gain(summary, "miou", "all", "all but crop"), compared=[(study, recipes)])}

rules.py        claims.toml, read and checked
gates.py        what networks have to have reached before a claim about them can be tested
deciding.py     a claim decided by its rule
robustness.py   the same under other measures and conventions
ledger.py       every claim with its verdict, and Holm's for all together
overviews.py    tables of rules, margins, widths of intervals, and measures
editions.py     verdicts beside those of an edition before, and why they changed
summary.py      what all of them come to
"""

from hazards.studies.claims.deciding import decide
from hazards.studies.claims.summary import conclude

__all__ = ["conclude", "decide"]
