"""A case on a running stand, from the state it needs to its judgement."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from cell.launcher.campaign import account, person
from cell.launcher.campaign.cases import Need
from cell.launcher.campaign.outcome import Outcome
from cell.launcher.campaign.stand import GiveUpError, Stand
from cell.launcher.campaign.verdict import unordered_motion

SETTLE_S = 1.6
"""What shall not move, and what shall not alarm, is watched for so long."""
ALARM_S = 8.0
ON_BELT = 2
PARTS_S = 40.0
RELAPSES = 3
GOES_ON = ("running", "starting")


@dataclass(frozen=True, slots=True)
class Trial:
    """A case: `act` does it on the stand and returns what went otherwise than asked, or ''.

    `alarm`: part of the identity of the alarm that must tell of it; `patience_s`: it may take so
    long. `busy_arm`: it begins while the arm fetches a part.
    """

    name: str
    state: str
    act: Callable[[Stand], str]
    need: Need
    reason: str
    alarm: str = ""
    patience_s: float = 0.0
    busy_arm: bool = False


class Judge:
    """Carries out trials on one stand; what an earlier one broke is not held against a later one.

    The stand's cell runs before and after each trial.
    """

    def __init__(self, stand: Stand) -> None:
        self._stand = stand
        self._known: set[str] = set()
        self._last: Outcome | None = None
        self._powered_at = 0

    def carry_out(self, trial: Trial) -> Outcome:
        """Raises GiveUpError, LaunchError and TwinLostError where the stand is lost."""
        stand, outcome = self._stand, Outcome(trial.name)
        stand.spare()
        began_s = time.time()
        if trial.state == "running":
            self._parts_ride(trial.busy_arm, outcome)
        person.reach(stand, trial.state)
        before = stand.last()
        problem = trial.act(stand)
        if problem:
            outcome.seen.append(problem)
        self._await(trial, before)
        outcome.seen.append(f"then '{stand.state or 'silent'}'")
        self._note_alarm(trial, before, outcome)
        outcome.not_recovered = person.back(stand)
        if not outcome.not_recovered and trial.state == "running":
            outcome.not_recovered = person.produces(stand, stand.last("state_changed"))
        self.judge(began_s, outcome, ordered=True)
        self._last = outcome
        return outcome

    def judge(self, since_s: float, outcome: Outcome, *, ordered: bool) -> None:
        """Hold what was seen since then against the law."""
        stand = self._stand
        events, boards = stand.events(), stand.boards()
        since = [item for item in events if item[0] > self._powered_at]
        broken = account.broken_accounts(events) + account.broken_truth(boards, since)
        outcome.law += [text for text in broken if text not in self._known]
        self._known |= set(broken)
        assert stand.witness is not None
        track = stand.witness.track(since_s, events, ordered=ordered)
        for motion in unordered_motion(track):
            outcome.law.append(f"{motion}, {motion.at_s - since_s:.1f} s into the case")

    def switched_on(self) -> None:
        """The twin was switched on anew: its boards and its encoder begin anew."""
        self._powered_at = self._stand.last()
        self._known = {text for text in self._known if not text.startswith("board ")}

    def _parts_ride(self, busy_arm: bool, outcome: Outcome) -> None:
        """Wait for parts, and for the arm; a cell that stops meanwhile was not rightly back."""
        stand, before = self._stand, self._stand.last()

        def ride() -> bool:
            message = stand.running_session.link.state()
            return message is not None and message.on_belt >= ON_BELT

        def fetches() -> bool:
            ended = max(map(stand.last, ("removed", "removal_failed", "purged")))
            return stand.last("removal_requested") > ended and stand.arm_moves()

        def ready() -> bool:
            return ride() and (fetches() if busy_arm else True)

        for _ in range(RELAPSES):
            stand.wait(lambda: ready() or stand.state not in GOES_ON, PARTS_S)
            if stand.state in GOES_ON:
                return
            why = ", ".join(account.alarms(stand.events(), after=before))
            relapse = f"it came back and stopped again: {why or stand.state}"
            outcome.seen.append(f"before it, {relapse}")
            if self._last is not None:
                self._last.not_recovered = self._last.not_recovered or relapse
            person.back(stand)
        raise GiveUpError("the cell stops again and again")

    def _await(self, trial: Trial, before: int) -> None:
        stand = self._stand
        if trial.need is Need.ALARM:
            stand.wait(lambda: _raised(stand, trial, before), max(trial.patience_s, ALARM_S))
            stand.pause(0.3)
        else:
            stand.pause(max(SETTLE_S, trial.patience_s))

    def _note_alarm(self, trial: Trial, before: int, outcome: Outcome) -> None:
        stand = self._stand
        raised = account.alarms(stand.events(), after=before)
        outcome.seen.append(f"alarms: {', '.join(raised) or 'none'}")
        if trial.need is Need.ALARM and not any(trial.alarm in alarm for alarm in raised):
            outcome.no_alarm = trial.reason
        if trial.need is Need.QUIET and stand.state not in (trial.state, "starting"):
            outcome.needless = f"the cell got '{stand.state}' though {trial.reason}"


def _raised(stand: Stand, trial: Trial, before: int) -> bool:
    return stand.last("alarm_raised", f'%"alarm":"%{trial.alarm}%') > before
