"""What keeps touches and the focus on pages that change by themselves."""

from __future__ import annotations

from pathlib import Path
from typing import Final

TOUCHES: Final = (Path(__file__).parent / "touches.js").read_text(encoding="utf-8")
"""JavaScript for the head of such a page."""
