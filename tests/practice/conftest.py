"""The real browser."""

from __future__ import annotations

from tests.hmi.conftest import browser, chromium_here

__all__ = ["browser", "chromium_here"]
