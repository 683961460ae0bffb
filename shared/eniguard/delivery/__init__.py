"""The edge of each function: what it is called with is read and handed to the intake.

``events`` is for what EventBridge calls a function with, ``rows`` for what a log trigger does, ``objects``
for what an OSS trigger does. Each is imported alone: a function loads what it needs and no more.
"""
