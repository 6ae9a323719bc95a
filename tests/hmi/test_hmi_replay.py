"""A bag of a cell, played to the page in a real browser."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("selenium", reason="pip install selenium, and chromium with chromium-driver")
from cell.client.recording import Recording
from cell.control.alarms import alarm_text
from cell.records.images import encoded
from cell.texts import for_ros
from tests.hmi.browsing import Page

BAG = [sys.executable, "-m", "cell.faces.cli.main", "bag"]
PROCESSES = ("belt", "camera", "inspector", "supervisor", "robot", "recorder")
PART = {"part": "P7", "state": "judged", "verdict": "reject", "bin": "scrap", "x": -0.4,
        "verdicts": ["pass", "review"]}  # fmt: skip
ALARM = {"id": "camera.frame_failed", "priority": 3, "state": 1,
         "text": for_ros(alarm_text("camera.frame_failed"))}  # fmt: skip


TOPICS = ("/cell/supervisor/state", "/cell/supervisor/inspection", "/cell/node_status",
          "/cell/belt/state")  # fmt: skip
ENOUGH = 10
"""Messages on each of them."""


@pytest.fixture
def alone(ros_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A ROS domain in which no other test's cell speaks; this process is in it, too."""
    there = ros_environment | {"ROS_DOMAIN_ID": str(200 + os.getpid() % 32)}
    for name, value in there.items():
        if name.startswith(("ROS_", "FASTRTPS_")):
            monkeypatch.setenv(name, value)
    return there


@pytest.fixture
def recorded(alone: dict[str, str], tmp_path: Path) -> Path:
    """What a cell said while a part was rejected; the cell and its page of then are gone."""
    from tests.hmi.conftest import FakeCell

    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "view.jpg").write_bytes(encoded(np.full((64, 64), 99, np.uint8)))
    seen = {"part": "P7", "ok": True, "view": "view.jpg", "trigger": 7, "canonical_width": 64,
            "canonical_height": 64,
            "defects": [{"class_name": "short", "score": 0.9, "x_max": 20.0, "y_max": 20.0}],
            }  # fmt: skip
    file = tmp_path / "shift.mcap"
    cell = FakeCell(alone)
    try:
        cell.order(processes=[*PROCESSES, "hmi"])
        with Recording(file) as bag:
            deadline = time.monotonic() + 60.0
            while min(bag.messages.get(topic, 0) for topic in TOPICS) < ENOUGH:
                cell.order(
                    state={"state": "running", "arrived": 12, "last_part": "P7", "parts": [PART],
                           "last_verdict": "reject", "alarms": [ALARM]},
                    belt={"running": True, "speed_m_s": 0.25}, inspect=seen,
                )  # fmt: skip
                bag.listen(0.3)
                assert time.monotonic() < deadline, bag.messages
    finally:
        cell.close()
    return file


def test_a_bag_is_shown_by_the_page_which_offers_no_orders(
    recorded: Path, alone: dict[str, str], chromium_here: Any, until: Any
) -> None:
    from tests.hmi.conftest import Hmi, end, written

    hmi = Hmi(alone, written(recorded.parent / "data"), "--lang", "en")
    player = None
    page = Page(chromium_here, until)
    try:
        page.browser.get(hmi.url + "?lang=en")
        page.until(lambda: page.covered("link-lost"), "nobody speaks yet")
        assert not page.covered("replay")
        player = subprocess.Popen(
            [*BAG, "play", str(recorded), "--rate", "0.5"], env=alone, stdout=subprocess.PIPE
        )
        page.live()
        page.until(lambda: page.covered("replay"), "the page says what it shows")
        page.shows("replay", "Replay of a recording")
        page.shows("verdict", "REJECT")
        page.shows("count-arrived", "12")
        page.shows("alarm-text", "picture")
        page.until(lambda: page.browser.find_elements("css selector", ".picture-frame image"),
                   "the stored view is drawn")  # fmt: skip
        page.until(lambda: "short" in page.browser.page_source, "and what was found in it")
        page.shows("belt-words", "0.25")
        for order in ("start", "stop", "drain", "reset", "confirm_clear"):
            assert not page.enabled(order)
            page.shows(f"hint-{order}", "Replay: nobody is there to take an order")
        assert not page.find("override-pass")
        assert not page.find("acknowledge camera.frame_failed")
        assert not page.covered("acknowledge-all")
        assert "bag_player" not in page.browser.page_source
        player.communicate(timeout=120)
        assert player.returncode == 0
        page.until(lambda: page.covered("link-lost"), "what has ended is not shown as live")
        page.until(lambda: not page.covered("replay"), "and is no replay any more")
    finally:
        if player is not None:
            player.kill()
            player.wait()
        page.browser.get("about:blank")
        end(hmi.process)


def test_a_cell_that_begins_to_speak_ends_the_replay(recorded: Path, alone: dict[str, str]) -> None:
    from tests.hmi.conftest import FakeCell

    player = subprocess.Popen(
        [*BAG, "play", str(recorded), "--rate", "0.02"], env=alone, stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    try:
        with pytest.raises(subprocess.TimeoutExpired):
            player.wait(6.0)  # it plays: for minutes, at this pace
        cell = FakeCell(alone)
        try:
            _, said = player.communicate(timeout=60)
        finally:
            cell.close()
    finally:
        player.kill()
        player.wait()
    assert player.returncode == 2
    assert "a cell speaks on /cell/" in said
    assert "(node supervisor)" in said
