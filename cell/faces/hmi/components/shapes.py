"""Signs that differ in shape, not in colour alone, as inline SVG on a 24 by 24 grid."""

from __future__ import annotations

from typing import Final

from cell.client.model import Verdict

CHECK: Final = '<circle cx="12" cy="12" r="11"/><path class="ink" d="M6.5 12.5l3.8 3.8 7.2-8"/>'
CROSS: Final = (
    '<path d="M7.4 1h9.2L23 7.4v9.2L16.6 23H7.4L1 16.6V7.4z"/>'
    '<path class="ink" d="M7.8 7.8l8.4 8.4M16.2 7.8l-8.4 8.4"/>'
)
QUESTION: Final = (
    '<path d="M12 .6L23.4 12 12 23.4.6 12z"/>'
    '<path class="ink" d="M9.2 9.6c0-3.7 5.6-3.7 5.6-.3 0 2.2-2.8 2.4-2.8 4.6M12 16.6v.6"/>'
)
DASH: Final = '<circle class="hollow" cx="12" cy="12" r="10"/><path class="line" d="M7.5 12h9"/>'
PLAY: Final = '<path d="M5 2.5l16 9.5-16 9.5z"/>'
PAUSE: Final = '<rect x="3" y="3" width="18" height="18" rx="2"/>'
WAIT: Final = (
    '<circle class="hollow" cx="12" cy="12" r="10"/><path class="line" d="M12 6v6.4l4 2.6"/>'
)
WARN: Final = '<path d="M12 1.5L23.5 22H.5z"/><path class="ink" d="M12 8.5v6.5M12 18v.6"/>'
HAND: Final = (
    '<path d="M6 22V11.5a1.5 1.5 0 013 0V4a1.5 1.5 0 013 0V3a1.5 1.5 0 013 0v1.5a1.5 1.5 0 '
    '013 0V8a1.5 1.5 0 013 0v8c0 3.5-2 6-5 6z"/>'
)
NO_LINK: Final = (
    '<circle class="hollow" cx="12" cy="12" r="10"/><path class="line" d="M5 5l14 14"/>'
)
BARS: Final = '<rect x="1" y="1" width="22" height="22" rx="3"/>'

VERDICTS: Final = {
    Verdict.PASS: CHECK,
    Verdict.REJECT: CROSS,
    Verdict.REVIEW: QUESTION,
    Verdict.NONE: DASH,
}
STATES: Final = {
    "stopped": PAUSE,
    "starting": WAIT,
    "running": PLAY,
    "stopping": WAIT,
    "faulted": WARN,
    "purge_required": HAND,
    "unknown": QUESTION,
    "no_link": NO_LINK,
}
PRIORITIES: Final = {1: CROSS, 2: WARN, 3: BARS}


def svg(shape: str, classes: str = "") -> str:
    """An SVG element that takes its size and colour from its surroundings."""
    return f'<svg class="sign {classes}" viewBox="0 0 24 24" aria-hidden="true">{shape}</svg>'
