"""Networks, from backbone to logits, and their first weights.

In: images (B, 3, H, W) in 0–1. Out: logits and features, see `models.Output`. Imports labels, errors
and the store.
"""
