"""Recorded calls decided again on a laptop."""
