"""The edge of each function: what it is called with is read and handed to the intake.

``events`` is what EventBridge calls a function with, ``rows`` what a log trigger does, ``objects`` what an
OSS trigger does. Each is imported alone: a function loads what it needs and no more.
"""
