"""What a person at the cell does: bring it into a state, and back from whatever befell it."""

from __future__ import annotations

import os
import signal
import time

from cell.launcher.campaign.stand import GiveUpError, Stand, code
from cell.launcher.campaign.twin import at_the_pendant
from cell.texts import render

STATE_S = 20.0
NODES_S = 25.0
BACK_S = 45.0
PART_S = 25.0
LOOK_S = 1.0
"""A person looks before giving an order: what moves meanwhile, moves without one."""
TRIES = 3


def reach(stand: Stand, state: str) -> None:
    """From running into this state. Raises GiveUpError."""
    if state == "running":
        return
    if state == "stopped":
        stand.order("stop")
    elif state == "purge_required":
        stand.control.ask("person", attentive=False)  # or the belt is cleared at once
        stand.control.ask("fault", name="encoder_jump", by_m=0.4)
    else:
        _fault(stand)
    stand.insist(lambda: stand.state == state, STATE_S, f"the cell did not get '{state}'")


def back(stand: Stand) -> str:
    """Bring the cell back to production; '' or why it did not come back."""
    stand.control.ask("person", attentive=True)
    stand.control.ask("fault", name="emergency_stop", active=False)
    _wake_nodes(stand)
    stand.pause(LOOK_S)
    deadline, refusal = time.monotonic() + BACK_S, ""
    while time.monotonic() < deadline:
        stand.tend()
        state, step, answer = stand.state, "", ""
        if state == "running":
            return ""
        if state == "faulted":
            step = "reset"
        elif state == "stopped":
            step = "start"
        elif state == "purge_required" and stand.belt_is_clear():
            step = "confirm_clear"
        if step:
            answer = stand.order(step)
            refusal = answer or refusal
        if code(answer) == "refused.start.arm_by_hand":
            at_the_pendant(stand.site.twin.host, "power on", "brake release")
        stand.pause(0.3)
    said = render(refusal) or "there was nothing to order"
    return f"it stayed '{stand.state}' for {BACK_S:.0f} s; {said}; {_look(stand)}"


def produces(stand: Stand, since: int) -> str:
    """Wait until a part was inspected and judged after event `since`; '' or why not."""
    judged = '%"by":"recipe"%'
    if stand.wait(lambda: stand.last("judged", judged) > since, PART_S):
        return ""
    return f"no part was judged within {PART_S:.0f} s, the cell says '{stand.state}'"


def _look(stand: Stand) -> str:
    """The belt as a person sees it."""
    seen = stand.control.ask("state")
    belt, lamp = seen["belt"], "lit" if seen["belt"]["purge_lamp"] else "dark"
    return (
        f"{len(seen['riding'])} boards on the belt, its speed {belt['speed_m_s']:.2f} m/s, "
        f"the lamp that asks to clear it is {lamp}"
    )


def _wake_nodes(stand: Stand) -> None:
    """Wait for the nodes; those that live and were left out of service are led back into it."""
    if stand.wait(lambda: not stand.inactive(), NODES_S / 5.0):
        return
    link = stand.running_session.link
    for node in stand.inactive():
        way = {"inactive": ("activate",), "unconfigured": ("configure", "activate")}
        stand.change(node, *way.get(link.lifecycle(node), ()))
    stand.wait(lambda: not stand.inactive(), NODES_S)


def _fault(stand: Stand) -> None:
    """The belt's watchdog trips: a fault after which what lies on the belt is still known."""
    for _ in range(TRIES):
        pid = stand.pid("belt")
        os.kill(pid, signal.SIGSTOP)
        try:
            stand.pause(0.9)
        finally:
            os.kill(pid, signal.SIGCONT)
        if stand.wait(lambda: stand.state == "faulted", STATE_S / TRIES / 2.0):
            return
    raise GiveUpError("a tripped watchdog did not make the cell 'faulted'")
