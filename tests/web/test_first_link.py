"""The console's first link, opened where the demo has signed in whoever comes."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("selenium", reason="pip install selenium, and chromium with chromium-driver")
from cell.config import load
from cell.config.people import LINK_TOLD
from cell.launcher.session import Session
from tests.hmi.browsing import Page
from tests.hmi.conftest import Hmi, end, written
from tests.people.world import PASSWORD, house


def test_the_demo_does_not_lead_away_from_it(
    browser: Any, ros_environment: dict[str, str], until: Any, tmp_path: Path
) -> None:
    made = Hmi(ros_environment, written(tmp_path), "--lang", "en")
    try:
        with house(tmp_path) as home:  # after the process, which prints one of its own
            token = home.people.first_link(time.time_ns())
        browser.execute_cdp_cmd("Network.clearBrowserCookies", {})  # of every host
        page = Page(browser, until)
        browser.get(f"{made.url}first-admin?token={token}")
        for name, words in (("name", "boss"), ("password", PASSWORD), ("again", PASSWORD)):
            page.find(name)[0].send_keys(words)
        page.click("go")
        page.shows("who", "boss")
        language = browser.execute_script("return document.documentElement.lang")
        assert language == "en"
    finally:
        end(made.process)


def test_a_page_that_a_run_has_started_leaves_the_run_s_link_as_it_is(
    ros_environment: dict[str, str], tmp_path: Path
) -> None:
    with house(tmp_path) as home:  # at a busy moment the run is faster than its page
        token = home.people.first_link(time.time_ns())
    told = {LINK_TOLD: Session(load(None), tmp_path, None, print).env[LINK_TOLD]}
    made = Hmi(ros_environment | told, written(tmp_path))
    try:
        with house(tmp_path) as home:
            home.people.first_admin(token, "boss", PASSWORD, time.time_ns())
    finally:
        end(made.process)
