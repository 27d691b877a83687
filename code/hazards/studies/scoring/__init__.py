"""Scores compared with one another: what each is worth, and which kind is better on which network.

worth.py               what scores need, cost and reach, the ensemble of a recipe's networks among them
features_or_logits.py  which kind of score is better, network by network
"""

from hazards.studies.scoring import features_or_logits, worth

__all__ = ["features_or_logits", "worth"]
