"""Alerts: which findings people are told of, where, in what words, and once."""
