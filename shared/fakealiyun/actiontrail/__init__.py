"""ActionTrail 2020-07-06: events looked up, trails."""
