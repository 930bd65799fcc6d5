"""Learns the calibration from what an installation has; never imported where people search."""
