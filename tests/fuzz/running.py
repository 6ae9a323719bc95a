"""Trying cases: what a reader answers, how long it takes, and what it takes of memory."""

from __future__ import annotations

import itertools
import os
import resource
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings

from models.ground.errors import UserError
from tests.fuzz.cases import Case, cases, laid
from tests.fuzz.pictures import PassedDamagedError
from tests.fuzz.targets import Target

MOST_SECONDS = 20
"""What one input may take, on a busy machine."""
MOST_MIB = 700
"""What one input may take of memory for a moment: the largest picture that is read, and copies."""
MOST_GROWTH_MIB = 150
"""What may be left of all inputs together."""
_WARM = 300
"""Inputs after which everything is loaded."""
_LIMIT = 8 << 30
"""Address space beyond what is used, so that a bomb ends here and not the machine."""


class HungError(BaseException):
    """An input took too long. No Exception: no reader may catch it."""


@dataclass
class Tally:
    """What has come out until now."""

    inputs: int = 0
    tracebacks: int = 0
    passes_of_damaged: int = 0
    hangs: int = 0
    memory_exceeded: int = 0
    refused: int = 0
    peak_mib: float = 0.0
    growth_mib: float = 0.0
    by_target: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    """Findings by target and place."""

    @property
    def clean(self) -> bool:
        """Whether nothing was found."""
        found = self.tracebacks + self.passes_of_damaged + self.hangs + self.memory_exceeded
        return not found and self.growth_mib <= MOST_GROWTH_MIB


def run(
    targets: Sequence[Target],
    inputs: int,
    start: int,
    tell: Callable[[Tally], None],
    keep: Callable[[str, Case], None],
    before: Callable[[Case], None] = lambda _: None,
) -> Tally:
    """Draw and try so many inputs, none twice; `keep` gets what was found with its kind."""
    tally, by_name = Tally(), {target.name: target for target in targets}
    seen: set[int] = set()
    seeds = itertools.count(start * 10_000_000)
    warm: list[float] = []

    def trial(case: Case) -> None:
        if tally.inputs >= inputs or hash(case) in seen:
            return
        seen.add(hash(case))
        before(case)
        found = attempt(case, by_name[case.target], tally)
        if found:
            tally.kinds[f"{case.target}: {found}"] += 1
            keep(found, case)
        if tally.inputs == min(_WARM, inputs):
            warm.append(resident_mib())
        tell(tally)

    for part in range(start, start + 1000):
        if tally.inputs >= inputs:
            break
        wanted = min(500, inputs - tally.inputs)
        chosen = settings(
            max_examples=wanted, phases=[Phase.generate], database=None, deadline=None,
            suppress_health_check=list(HealthCheck), verbosity=Verbosity.quiet,
        )  # fmt: skip
        seed(part)(chosen(given(cases(targets, seeds))(trial)))()
    tally.growth_mib = round(max(0.0, resident_mib() - warm[0]), 1) if warm else 0.0
    return tally


def attempt(case: Case, target: Target, tally: Tally) -> str:
    """Try one input and count it; where something is found, in words that tell its kind."""
    tally.inputs += 1
    tally.by_target[case.target] += 1
    _forget_peak()
    used, found = resident_mib(), ""
    try:
        with laid(case, target.folder), _limited():
            target.read(target.folder)
    except UserError as error:
        tally.refused += 1
        if not str(error).strip():
            tally.tracebacks, found = tally.tracebacks + 1, f"{type(error).__name__} without words"
    except PassedDamagedError:
        tally.passes_of_damaged, found = tally.passes_of_damaged + 1, "passed although damaged"
    except HungError:
        tally.hangs, found = tally.hangs + 1, "took too long"
    except OSError as error:
        # With a number, the machine's word on a file: said in one line by whatever reads.
        tally.refused += error.errno is not None
        if error.errno is None:
            tally.tracebacks, found = tally.tracebacks + 1, kind_of(error)
    except Exception as error:
        tally.tracebacks, found = tally.tracebacks + 1, kind_of(error)
    peak = peak_mib() - used
    tally.peak_mib = round(max(tally.peak_mib, peak), 1)
    if peak > MOST_MIB:
        tally.memory_exceeded, found = tally.memory_exceeded + 1, f"took {peak:.0f} MiB"
    return found


def kind_of(error: BaseException) -> str:
    """Exception and innermost line of this project, by which findings are put together."""
    root, place = Path(__file__).resolve().parents[2], "?"
    for frame, line in traceback.walk_tb(error.__traceback__):
        file = Path(frame.f_code.co_filename)
        if file.is_relative_to(root) and "site-packages" not in file.parts:
            place = f"{file.relative_to(root)}:{line}"
    return f"{type(error).__name__} at {place}"


@contextmanager
def _limited() -> Iterator[None]:
    def hung(*_: object) -> None:
        raise HungError

    old = signal.signal(signal.SIGALRM, hung)
    signal.setitimer(signal.ITIMER_REAL, MOST_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, old)


def quiet() -> None:
    """What decoders print while they read is not looked at; Python's own words stay."""
    words = os.fdopen(os.dup(2), "w", buffering=1)
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 2)
    os.close(nothing)
    sys.stderr = words


def limit_address_space() -> None:
    """From now on this process may take only so much more."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages * os.sysconf("SC_PAGE_SIZE") + _LIMIT
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def resident_mib() -> float:
    """What this process holds of memory now [MiB]."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def peak_mib() -> float:
    """The most that it held since the peak was forgotten [MiB]."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return resident_mib()


def _forget_peak() -> None:
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        time.sleep(0)  # the kernel keeps no peak that can be forgotten: the greatest one counts
