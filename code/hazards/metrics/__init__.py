"""Measures of segmentation and of anomaly detection, exact over every pixel, in memory that does not grow.

In: label maps, scores and where they are anomalous, an image at a time. Out: figures, curves and their intervals.
segmentation.py counts labels; ranking.py is where AUROC, AUPR and FPR95 are defined, anomaly.py takes them over many
images, histogram.py ranks where that is too many; intervals.py is the bootstrap, components.py counts whole hazards,
masks.py what a threshold makes of a score. Imports no other room.
"""

from hazards.metrics.segmentation import confusion_matrix, counted_labels, iou, mean_iou, pixel_accuracy

__all__ = ["confusion_matrix", "counted_labels", "iou", "mean_iou", "pixel_accuracy"]
