"""Scenarios on the fake cloud, from which `make events` writes the recorded calls in events/."""
