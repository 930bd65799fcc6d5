"""A record of two busy years, made of the demo's."""
