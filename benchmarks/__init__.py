"""Figures beside peers: each module runs Kundig and another in one run and prints the ratio."""
