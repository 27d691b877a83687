"""Companion library of the report: street-scene segmentation and zero-shot anomaly detection."""
