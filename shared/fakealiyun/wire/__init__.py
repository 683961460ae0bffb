"""HTTP on one side, API calls on the other."""
