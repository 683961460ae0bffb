"""Tablestore: instances (2020-12-09) and tables (the data API of 2015-12-31), without rows."""
