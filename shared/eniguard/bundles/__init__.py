"""Bundles: what is deployed of each function, built from pinned requirements; no function loads this."""

from eniguard.bundles.building import Bundle, Workshop

__all__ = ["Bundle", "Workshop"]
