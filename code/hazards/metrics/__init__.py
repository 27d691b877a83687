"""Measures of segmentation and of anomaly detection, exact over every pixel, in memory that does not grow.

In: label maps, scores and where they are anomalous, an image at a time. Out: figures, curves and their intervals.
Imports no other room.

segmentation.py   labels counted: confusion matrix, IoU, mIoU, accuracy
open_set.py       the same where flagged pixels are a label of their own
auroc.py          AUROC of ranked pixels
aupr.py           AUPR of ranked pixels: average precision, and by trapezoids
fpr95.py          FPR95 of ranked pixels, by both conventions
tpr5.py           TPR at 5 % FPR of ranked pixels
figures.py        these four together, with how far they can be off
ranking.py        how pixels are ranked: what those are computed from
risk.py           risk against coverage of ranked pixels
curves.py         ROC and precision-recall curves, the best F1, what one threshold does
anomaly.py        `AnomalyMetrics`: the figures over many images, pooled or as means, and their intervals
pixels.py         how it checks the scores and masks it is given
histogram.py      how it ranks where pixels are too many to be kept
intervals.py      the bootstrap over images
components.py     whole hazards found
masks.py          what a threshold makes of a score: recall, precision, F1
"""

from hazards.metrics.segmentation import confusion_matrix, counted_labels, iou, mean_iou, occurring, pixel_accuracy

__all__ = ["confusion_matrix", "counted_labels", "iou", "mean_iou", "occurring", "pixel_accuracy"]
