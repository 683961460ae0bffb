"""Wire in and out of ActionTrail."""
