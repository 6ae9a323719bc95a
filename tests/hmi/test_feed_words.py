"""What the operator reads of the machines before and after the cell."""

from __future__ import annotations

import pytest

from cell.client.feeding import feed_words
from cell.client.model import CellStatus, FeedStatus
from cell.texts import say

WHY = (say("feed.draining"),)


@pytest.mark.parametrize(
    ("state", "feed", "words"),
    [
        ("running", FeedStatus(ready=True, permitted=True), "Ready for parts"),
        ("running", FeedStatus(suspended="starved", ready=True), "Waiting for parts"),
        (
            "running",
            FeedStatus(suspended="starved", ready=True, infeed_tells=True),
            "Waiting for parts: the infeed has none",
        ),
        ("running", FeedStatus(suspended="blocked", permitted=True), "Outfeed blocked"),
        ("running", FeedStatus(permitted=True, reasons=(say("feed.arm"),)), "waits for the arm"),
        ("stopping", FeedStatus(infeed=True, reasons=WHY), "told to stop feeding: the belt"),
        ("stopping", FeedStatus(reasons=WHY), "stop it by hand: the belt is being emptied"),
        ("running", FeedStatus(), "No signal to the infeed: stop it by hand"),
        ("running", FeedStatus(infeed=True), "Infeed told to stop"),
        ("stopped", FeedStatus(infeed=True, reasons=WHY), "Infeed told to stop"),
        ("stopped", FeedStatus(reasons=WHY), "No signal to the infeed: stop it by hand"),
    ],
)
def test_it_says_what_is_waited_for_and_by_whom(state: str, feed: FeedStatus, words: str) -> None:
    cell = CellStatus(state, feed=feed)
    assert words in feed_words(cell, "en")
    assert feed_words(cell, "ko") != feed_words(cell, "en")
    assert not feed_words(cell, "en").endswith(":"), "a reason is told, or none is announced"
