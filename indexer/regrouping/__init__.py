"""The record's topics brought up to date: new questions join, or all are grouped again."""
