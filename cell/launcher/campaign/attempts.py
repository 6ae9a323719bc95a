"""Starts of `cell run` that must end in a clear refusal, or in a run that is right."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from cell.launcher.campaign.outcome import Outcome

ONE_PART = ["--headless", "--parts", "1"]
RUN_S = 90.0
KILL_S = 10.0
REFUSED = (2, 3)


@dataclass(frozen=True, slots=True)
class Attempt:
    """How such a run ended. `code` None: it did not end in time."""

    code: int | None
    output: str
    errors: str

    @property
    def error_lines(self) -> list[str]:
        """What it said to the person, one item for each error."""
        return [line for line in self.errors.splitlines() if line.startswith("error:")]


def attempt(
    arguments: list[str], host: str, domain: int | None, *, run_s: float = RUN_S
) -> Attempt:
    """`cell run` with these arguments, ended by force when it takes longer than `run_s`."""
    command = [sys.executable, "-m", "cell.faces.cli.main", "run", "--host", host, *arguments]
    command += [] if domain is None else ["--domain", str(domain)]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True
    )
    try:
        output, errors = process.communicate(timeout=run_s)
        return Attempt(process.returncode, output, errors)
    except subprocess.TimeoutExpired:
        process.terminate()  # it ends its children
    try:
        output, errors = process.communicate(timeout=KILL_S)
    except subprocess.TimeoutExpired:
        process.kill()
        output, errors = process.communicate()
    return Attempt(None, output, errors)


def judged(name: str, made: Attempt, logs: Path, *, must_refuse: bool = False) -> Outcome:
    """Whether the start was clear: refused in one line, or a run that kept the law."""
    outcome = Outcome(name)
    last = (made.errors or made.output).strip().splitlines()[-1:] or ["said nothing"]
    if made.code == 0:
        outcome.seen.append("ran")
        if must_refuse:
            outcome.not_recovered = "it ran and must not"
    elif made.code in REFUSED:
        outcome.seen.append(f"refused: {'; '.join(made.error_lines) or last[0]}")
        if len(made.error_lines) != 1:
            outcome.not_recovered = f"{len(made.error_lines)} error lines, one is clear"
    elif made.code == 1 and "law of the cell did not hold" in made.output:
        outcome.law.append(last[0] if made.errors else made.output.strip().splitlines()[-1])
    else:
        how = "did not end" if made.code is None else f"exit code {made.code}"
        outcome.not_recovered = f"{how}: {last[0]}"
    if "Traceback" in made.errors + made.output:
        outcome.not_recovered = f"a traceback: {last[0]}"
    for log in sorted(logs.glob("*.log")):
        if "Traceback" in log.read_text(errors="replace"):
            outcome.seen.append(f"a traceback in {log.name}")
    return outcome
