"""What contract tests are made of: rules with names, which a vendor's package runs on its driver.

A rule is a test whose docstring says it: the rule in the first line, then `Why:` and `Do:`. What
breaks it is told together with these. Needs pytest, as whoever runs tests has it.
"""

from __future__ import annotations

import functools
import inspect
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import pytest

T = TypeVar("T")
HANG_S = 30.0
"""A call of a driver that takes longer than this hangs."""
SHARED_MEMORY = Path("/dev/shm")
WORDS: list[Callable[[str], str]] = [str]
"""The last one puts an error's message into words. A driver may raise texts by their codes, as
those that come with the cell do; whoever tests such a driver appends who knows its words.
"""


class Found(AssertionError):  # noqa: N818 - it is what was found
    """A rule is broken: the message says by what."""


class Contract:
    """Base of a contract: each `test_` method of a subclass is a rule."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        for name, method in list(vars(cls).items()):
            if name.startswith("test_") and inspect.isfunction(method):
                setattr(cls, name, _told(method))


def require(held: object, found: str) -> None:
    """Raises Found, with what was found, where the rule was not held."""
    if not held:
        raise Found(found)


def cannot(what: str) -> NoReturn:
    """Skip the rule: the rig cannot bring about what it needs."""
    pytest.skip(f"not checked: the rig has no `{what}`")


def check_refusal(error: BaseException) -> None:
    """Whether an error's words serve a person: one line, what happened and what to do. Raises
    Found.
    """
    words = WORDS[-1](str(error))
    kind = type(error).__name__
    require(words.strip(), f"{kind} without words")
    require("\n" not in words, f"{kind} of several lines: {words!r:.200}")
    require(
        len(words.split()) >= 5 and any(sign in words[:-1] for sign in ":;,.("),
        f"{kind} that does not say what happened, to what, and what to do now: {words!r}",
    )


def refused(
    kind: type[Exception], call: Callable[[], object], what: str, limit_s: float = HANG_S
) -> Exception:
    """The error of this kind with which `call` must end within `limit_s`; its words are checked,
    too. Raises Found. what: the call, in words.
    """
    try:
        given = timely(call, what, limit_s)
    except kind as error:
        check_refusal(error)
        return error
    except Found:
        raise
    except Exception as error:
        raise Found(f"{what} raised {_named(error)}, not {kind.__name__}") from error
    raise Found(f"{what} raised nothing and gave {given!r:.80}; {kind.__name__} was due")


def timely(call: Callable[[], T], what: str, limit_s: float = HANG_S) -> T:
    """What `call` gives, or its error; in a thread of its own, as the cell's nodes have several.

    Raises Found when it takes longer than `limit_s`.
    """
    given: list[T] = []
    failed: list[BaseException] = []

    def work() -> None:
        try:
            given.append(call())
        except BaseException as error:  # whatever it is, the test must see it
            failed.append(error)

    thread = threading.Thread(target=work, daemon=True, name="contract")
    thread.start()
    thread.join(limit_s)
    require(not thread.is_alive(), f"{what} did not return within {limit_s:g} s")
    if failed:
        raise failed[0]
    return given[0]


def wait_for(done: Callable[[], T], limit_s: float, found: str) -> T:
    """Ask until it is so; what it gave. Raises Found when it is not so within `limit_s`."""
    until_s = time.monotonic() + limit_s
    while True:
        given = done()
        if given:
            return given
        require(time.monotonic() < until_s, f"{found} within {limit_s:g} s")
        time.sleep(0.005)


@dataclass(frozen=True, slots=True)
class Belongings:
    """What this process holds now: Python's threads, open files, files in shared memory."""

    threads: frozenset[threading.Thread]
    files: int
    memory: frozenset[str]

    @classmethod
    def now(cls) -> Belongings:
        """Look."""
        own = {thread for thread in threading.enumerate() if thread.name != "contract"}
        files = len(os.listdir("/proc/self/fd"))
        return cls(frozenset(own), files, frozenset(p.name for p in SHARED_MEMORY.iterdir()))


def check_nothing_stays(cycle: Callable[[], None], memory: str = "") -> None:
    """Go through `cycle` a few times: afterwards there must be no more than after the first, which
    may load libraries. Raises Found. memory: how names in shared memory begin that count.
    """
    cycle()
    before = Belongings.now()
    for _ in range(3):
        cycle()
    limit_s = time.monotonic() + 5.0
    while True:  # threads may take a moment to end
        after = Belongings.now()
        threads = sorted(thread.name for thread in after.threads - before.threads)
        files = after.files - before.files
        kept = sorted(n for n in after.memory - before.memory if memory and n.startswith(memory))
        if not threads and files < 3 and not kept:
            return
        if time.monotonic() > limit_s:
            raise Found(
                f"after three more lives there are left: threads {threads}, {max(files, 0)} open "
                f"files, shared memory {kept}"
            )
        time.sleep(0.05)


def rules(contract: type) -> Iterator[tuple[str, str]]:
    """Name and first line of each rule of a contract, in the order in which they run."""
    for base in reversed(contract.__mro__):
        for name, method in vars(base).items():
            if name.startswith("test_"):
                yield name, (inspect.getdoc(method) or "").partition("\n")[0]


def _told(method: Callable[..., None]) -> Callable[..., None]:
    """The rule with its own words in what is raised."""

    @functools.wraps(method)
    def told(*args: Any, **kwargs: Any) -> None:
        __tracebackhide__ = True
        try:
            method(*args, **kwargs)
        except Found as found:
            raise AssertionError(_words(method, str(found))) from None
        except AssertionError:
            raise
        except Exception as error:
            raise AssertionError(_words(method, f"raised {_named(error)}")) from error

    return told


def _words(method: Callable[..., None], found: str) -> str:
    rule = inspect.getdoc(method) or method.__name__
    first, _, rest = rule.partition("\n")
    return f"rule broken: {first}\nFound: {found}\n{rest.strip()}"


def _named(error: BaseException) -> str:
    return f"{type(error).__name__} ({error})"
