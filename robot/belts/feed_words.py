"""The signals of the machines before and after the cell, as words of the register map."""

from __future__ import annotations

from robot.base import FeedSignals, FeedWish
from robot.belts import register_map as plc
from robot.belts.register_map import Feed, FeedStatus


def feed_signals(words: list[int]) -> FeedSignals:
    """Input registers 15 to 19."""
    told = FeedStatus(words[0] & 0x1F0F)
    return FeedSignals(
        infeed=FeedStatus.INFEED in told,
        infeed_tells=FeedStatus.INFEED_TELLS in told,
        outfeed=FeedStatus.OUTFEED in told,
        outfeed_tells=FeedStatus.OUTFEED_TELLS in told,
        part_available=FeedStatus.PART_AVAILABLE in told,
        outfeed_ready=FeedStatus.OUTFEED_READY in told,
        ready=FeedStatus.READY in told,
        permitted=FeedStatus.PERMITTED in told,
        held=FeedStatus.HELD in told,
        passed_told=plc.unsigned32(words[1], words[2]),
        removed_told=plc.unsigned32(words[3], words[4]),
    )


def feed_words(wish: FeedWish) -> list[int]:
    """Holding registers 10 to 14."""
    bits = (
        Feed.COUNTS | (Feed.READY if wish.ready else 0) | (Feed.PERMITTED if wish.permitted else 0)
    )
    return [int(bits), *plc.to_words(wish.passed), *plc.to_words(wish.removed)]
