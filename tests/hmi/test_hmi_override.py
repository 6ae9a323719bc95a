"""Another verdict by one touch, and back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cell.client.feed import Feed, Limits
from cell.client.model import CellStatus, CellView, Part, Verdict
from cell.faces.hmi.components.override import Done, offers, undo

PART = Part("P7", "judged", Verdict.REJECT, "scrap", 0.0, 0.0, 0.0, tuple(Verdict)[:3])
PASS, REJECT, REVIEW = Verdict.PASS, Verdict.REJECT, Verdict.REVIEW


def view(*parts: Part) -> CellView:
    return Feed().hear_cell(CellStatus("running", parts=parts), 1.0).view(1.0, Limits(), ())


@pytest.mark.parametrize(
    ("verdict", "allowed", "offered"),
    [
        (REJECT, (PASS, REVIEW, REJECT), [(PASS, "false_call")]),
        (REJECT, (REVIEW, REJECT), []),
        (PASS, (PASS, REVIEW, REJECT), [(REVIEW, "missed_defect"), (REJECT, "missed_defect")]),
        (REVIEW, (PASS, REJECT), [(PASS, "false_call"), (REJECT, "missed_defect")]),
        (Verdict.NONE, (PASS, REVIEW, REJECT), []),
        (PASS, (), []),
    ],
)
def test_what_is_offered(
    verdict: Verdict, allowed: tuple[Verdict, ...], offered: list[tuple[Verdict, str]]
) -> None:
    part = replace(PART, verdict=verdict, verdicts=allowed)
    assert [(o.verdict, o.why) for o in offers(part)] == offered


@pytest.mark.parametrize(
    ("now", "back"),
    [
        (replace(PART, verdict=PASS), True),
        (replace(PART, verdict=PASS, verdicts=(PASS,)), False),
        (replace(PART, verdict=REVIEW), False),
        (replace(PART, part="P8", verdict=PASS), False),
    ],
)
def test_what_can_be_taken_back(now: Part, back: bool) -> None:
    assert undo(Done(PART, PASS), view(now)) == (PART if back else None)
    assert undo(None, view(now)) is None


ALL = ["pass", "reject", "review"]


def on_belt(**values: object) -> dict[str, object]:
    part = {"part": "P7", "state": "judged", "verdict": "reject", "bin": "scrap", "verdicts": ALL}
    return part | values


def test_a_false_call_is_one_touch_and_can_be_undone(page, fake_cell) -> None:
    told = {"state": "running", "last_part": "P7", "last_verdict": "reject", "on_belt": 1}
    fake_cell.order(state=told | {"parts": [on_belt()]})
    page.click("override-pass")
    asked = fake_cell.call()["override"]
    assert (asked["part"], asked["verdict"], asked["person"]) == ("P7", "pass", "demo")
    assert "override.false_call" in asked["reason"]
    page.shows("verdict", "PASS")
    # The next part comes; the one of before can still be taken back.
    more = [on_belt(verdict="pass", bin=""), on_belt(part="P8", verdict="pass", bin="")]
    fake_cell.order(state={"last_part": "P8", "last_verdict": "pass", "parts": more})
    page.shows("override-reject", "Missed defect")
    page.click("override-undo")
    asked = fake_cell.call()["override"]
    assert (asked["part"], asked["verdict"], asked["bin"]) == ("P7", "reject", "scrap")


INSIDE = """const at = name => document.querySelector(name).getBoundingClientRect()
const key = at('[data-test="override-undo"]'), panel = at('.override')
return [key.left - panel.left, panel.right - key.right, key.height]"""


def test_the_key_that_takes_back_holds_the_longest_name(page, fake_cell) -> None:
    name = "20261127-112513-33be-00058"
    told = {"state": "running", "last_part": name, "last_verdict": "reject", "on_belt": 1}
    fake_cell.order(state=told | {"parts": [on_belt(part=name)]})
    page.click("override-pass")
    fake_cell.call()
    fake_cell.order(state={"parts": [on_belt(part=name, verdict="pass", bin="")]})
    page.shows("override-undo", "00058")
    left, right, height = page.browser.execute_script(INSIDE)
    assert left >= 0 <= right, "all of it lies in the panel"
    assert height >= 44


def test_what_is_too_late_is_said(page, fake_cell) -> None:
    fake_cell.order(state={"last_part": "P7", "last_verdict": "reject", "parts": []})
    page.shows("override-why", "Through already")
    fake_cell.order(refuse="the arm has it", state={"parts": [on_belt()]})
    page.click("override-pass")
    assert fake_cell.call()["override"]["part"] == "P7"
    page.until(lambda: "the arm has it" in page.browser.page_source, "the refusal is shown")
