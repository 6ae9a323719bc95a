"""The campaign: one case after the other, a new stand where one was lost, and honest books."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cell.launcher.campaign import cuts, damage, disk, person
from cell.launcher.campaign.attempts import ONE_PART, attempt, judged
from cell.launcher.campaign.judging import Judge
from cell.launcher.campaign.outcome import Outcome
from cell.launcher.campaign.plan import LAUNCHES, Entry
from cell.launcher.campaign.stand import GiveUpError, Site, Stand
from cell.launcher.control import TwinLostError
from cell.launcher.group import LaunchError
from cell.launcher.ports import free_port
from cell.nodes.ownership import OwnedError

LOST = (GiveUpError, LaunchError, OwnedError, TwinLostError)
SECOND_S = 30.0
Say = Callable[[str], None]


@dataclass(slots=True)
class Campaign:
    """`site` builds a place for a stand in a folder; its second argument: on a small disk."""

    folder: Path
    site: Callable[[Path, bool], Site]
    say: Say
    budget_s: float
    outcomes: list[Outcome] = field(default_factory=list)
    not_run: list[str] = field(default_factory=list)
    _stand: Stand | None = None
    _judge: Judge | None = None
    _stands: int = 0
    _base: Path | None = None

    def run(self, entries: Sequence[Entry]) -> None:
        """Try them all; what the time does not suffice for is noted in `not_run`."""
        began, planned = time.monotonic(), sum(entry.seconds for entry in entries)
        done = 0.0
        try:
            for number, entry in enumerate(entries, start=1):
                spent = time.monotonic() - began
                if spent + entry.seconds > self.budget_s:
                    self.not_run.append(entry.name)
                    continue
                outcome = self._timed(entry)
                self.outcomes.append(outcome)
                done += entry.seconds
                pace = (time.monotonic() - began) / done
                left_s = min(pace * (planned - done), self.budget_s - spent)
                self.say(
                    f"{number}/{len(entries)} {entry.name}: {outcome.verdict} "
                    f"({outcome.seconds:.0f} s; {max(left_s, 0.0) / 60.0:.0f} min left)"
                )
        finally:
            self._close()

    def _timed(self, entry: Entry) -> Outcome:
        began = time.monotonic()
        try:
            outcome = self._one(entry)
        except LOST as error:
            outcome = Outcome(entry.name, not_recovered=f"given up: {error}")
        if outcome.not_recovered and entry.kind in ("trial", "launch", "cut"):
            self._close()  # the next case gets a stand of its own
        outcome.seconds = time.monotonic() - began
        return outcome

    def _one(self, entry: Entry) -> Outcome:
        match entry.kind:
            case "trial":
                return self._on_stand()[1].carry_out(entry.what)
            case "cut":
                stand, judge = self._on_stand()
                return cuts.carry_out(stand, judge, entry.what)
            case "launch":
                return self._second(entry.what)
            case "disk":
                return self._full_disk()
            case "file":
                return self._damaged(entry.what)

    def _on_stand(self) -> tuple[Stand, Judge]:
        """The stand, with a cell that produces. Raises LaunchError, GiveUpError."""
        if self._stand is None or self._judge is None:
            self._stands += 1
            self.say(f"setting up stand {self._stands}")
            site = self.site(self.folder / f"stand-{self._stands}", False)
            self._stand = Stand(site, lambda _: None)
            self._judge = Judge(self._stand)
            _into_production(self._stand)
        return self._stand, self._judge

    def _close(self) -> None:
        if self._stand is not None:
            stand, self._stand, self._judge = self._stand, None, None
            stand.close()

    def _second(self, number: int) -> Outcome:
        """A second launch, which must refuse and leave the first alone."""
        stand, judge = self._on_stand()
        began_s, site, name = time.time(), stand.site, LAUNCHES[number]
        other, host = self.folder / "second", site.twin.host
        arguments = [*ONE_PART, "--data", str(other)]
        if number:
            config, port = other / "cell.yaml", str(free_port(host))
            damage.write_config(config, other, host)
            data = str(other if number == 1 else site.config.data_dir)
            arguments = ["--no-twin", "--config", str(config), "--data", data, "--port", port]
        made = attempt(arguments, host, site.domain, run_s=SECOND_S)
        outcome = judged(name, made, other / "logs", must_refuse=True)
        state = stand.state
        if state != "running":
            outcome.law.append(f"the first cell got '{state or 'silent'}'")
        outcome.not_recovered = outcome.not_recovered or person.back(stand)
        judge.judge(began_s, outcome, ordered=True)
        return outcome

    def _full_disk(self) -> Outcome:
        self._close()
        site = self.site(self.folder / "small", True)
        with disk.small_disk(Path(site.config.data_dir)) as why_not:
            if why_not:
                return Outcome(disk.NAME, skipped=why_not)
            stand = Stand(site, lambda _: None)
            try:
                _into_production(stand)
                return disk.carry_out(stand, Judge(stand))
            finally:
                stand.close()

    def _damaged(self, what: damage.Damage) -> Outcome:
        self._close()
        site = self.site(self.folder / "files", False)
        host = site.twin.host
        if self._base is None:
            self._base = self.folder / "base"
            made = attempt([*ONE_PART, "--data", str(self._base)], host, site.domain)
            if made.code != 0:
                base, self._base = self._base, None
                shutil.rmtree(base, ignore_errors=True)
                raise GiveUpError(f"a run of one part failed: {made.errors or made.output}")
        return damage.carry_out(what, self._base, self.folder / "files", host, site.domain)


def _into_production(stand: Stand) -> None:
    stand.open()
    problem = person.back(stand)
    if problem:
        raise GiveUpError(f"a fresh cell did not start: {problem}")
