"""How each chat takes a message: its markup, its limits, its signature and its answers."""
