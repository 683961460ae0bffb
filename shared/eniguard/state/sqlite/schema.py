"""The tables, all their texts as bytes (UTF-8)."""

from __future__ import annotations

#: Of the tables below; a file of a later one is not touched.
VERSION = 1

#: ``marks.value`` is a digest: values are only told apart. ``given`` holds them in full. ``dropped`` names
#: series that are gone, whose marks are still to be removed.
TABLES = (
    "CREATE TABLE items (name BLOB PRIMARY KEY, value BLOB NOT NULL, version TEXT NOT NULL, expires REAL)",
    "CREATE INDEX items_by_expiry ON items (expires) WHERE expires IS NOT NULL",
    "CREATE TABLE series (id INTEGER PRIMARY KEY AUTOINCREMENT, name BLOB NOT NULL UNIQUE,"
    " newest REAL NOT NULL, held INTEGER NOT NULL, distinct_values INTEGER NOT NULL, latest BLOB NOT NULL,"
    " latest_count INTEGER NOT NULL, latest_distinct INTEGER NOT NULL, expires REAL NOT NULL)",
    "CREATE INDEX series_by_expiry ON series (expires)",
    "CREATE TABLE marks (series INTEGER NOT NULL, member BLOB NOT NULL, at REAL NOT NULL,"
    " value TEXT NOT NULL, given BLOB NOT NULL, PRIMARY KEY (series, member)) WITHOUT ROWID",
    "CREATE INDEX marks_by_age ON marks (series, at, member)",
    "CREATE INDEX marks_by_value ON marks (series, value)",
    "CREATE TABLE dropped (series INTEGER PRIMARY KEY)",
    "CREATE TABLE queued (queue BLOB NOT NULL, member BLOB NOT NULL, at REAL NOT NULL, value BLOB NOT NULL,"
    " PRIMARY KEY (queue, member)) WITHOUT ROWID",
    "CREATE INDEX queued_by_time ON queued (queue, at, member)",
)
