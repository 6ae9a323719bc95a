"""Records of months of shifts: parts as a line makes them, written straight into the tables.

The journal is left out: a million parts are nine million events, which the projection would take
hours for. Lines and sums are made by the projection's own statements.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any, Final

from cell.records.store import open_records
from cell.records.summaries.filling import begin_filling
from cell.records.summaries.parts import sum_rows
from cell.texts import say

START_NS: Final = 1_767_567_600 * 10**9
"""Monday 2026-01-05, 08:00 in Korea."""
NS: Final = 10**9
SHIFT_S, PAUSE_S = 8 * 3600, 1800
PART_S: Final = 6.0
BATCH: Final = 20_000
RECIPES: Final = ("pcb@1.4.1#3f9a1c20", "pcb@1.5.0#77b0e4d1", "disc@2.0.0#0c11a9fe")
MODELS: Final = ("pcb@1.2.0#a1b2c3d4", "pcb@1.3.0#b2c3d4e5", "disc@1.0.0#c3d4e5f6")
CLASSES: Final = ("short", "open", "mousebite", "spur", "pin_hole", "copper")
"""Of the first recipes; the last one calls them otherwise."""
PEOPLE: Final = ("kim", "lee", "park", "choi")
ALARMS: Final = (
    "robot.removal_failed",
    "camera.frame_failed",
    "belt.watchdog",
    "gripper.no_vacuum",
)
_TABLES: Final = {
    "session": 4, "part": 6, "exposure": 7, "frame": 9, "inspection": 20, "evidence": 9,
    "defect": 8, "verdict": 7, "removal": 15, "disposition": 6, "timing": 4, "belt_stop": 6,
    "alarm_log": 7, "alarm_event": 10, "acknowledgement": 5, "cell_state": 5,
}  # fmt: skip
_REASON: Final = {
    "pass": say("verdict.no_defect"),
    "reject": say("verdict.defect", defect="short", score=0.9),
    "review": say("verdict.defect", defect="short", score=0.5),
}  # fmt: skip
Rows = dict[str, list[tuple[Any, ...]]]


@dataclass(slots=True)
class Line:
    """The line at work. labelled: whether people look at what it rejects."""

    random: Random
    labelled: bool = True
    seq: int = 0
    part: int = 0
    now_ns: int = START_NS
    session: str = ""
    until_ns: int = 0
    rows: Rows = field(default_factory=lambda: {name: [] for name in _TABLES})

    def shift(self) -> None:
        """A new session: the next shift, or Monday's first."""
        if self.session:
            self._state("stopped", "cell.drained")
            self.now_ns = self.until_ns + PAUSE_S * NS
            day, clock = divmod((self.now_ns - START_NS) // NS, 86_400)
            if clock > 16 * 3600 or day % 7 > 4:
                day = day + 1 if day % 7 < 4 else (day // 7 + 1) * 7
                self.now_ns = START_NS + day * 86_400 * NS
        self.until_ns = self.now_ns + SHIFT_S * NS
        number = len(self.rows["session"]) + int(self.session[1:] or 0) if self.session else 1
        self.session = f"r{int(self.session[1:]) + 1 if self.session else number:05d}"
        self.part = 0
        recipe = RECIPES[self._epoch]
        self.rows["session"].append((self.session, self.now_ns, self.until_ns, recipe))
        self._state("running", "")

    @property
    def _epoch(self) -> int:
        """Which recipe is at work: another one every five weeks."""
        return int((self.now_ns - START_NS) // (35 * 86_400 * NS)) % len(RECIPES)

    def one(self) -> None:
        """A part from its arrival to its end."""
        if self.now_ns >= self.until_ns:
            self.shift()
        draw = self.random.random
        self.part += 1
        name, now = f"{self.session}-{self.part:05d}", self.now_ns
        self.now_ns += int((PART_S + draw()) * NS)
        add, epoch = self.rows, self._epoch
        add["part"].append((name, self.session, self.part, self.part * 0.2, now, False))
        seen, shot, verdict_ns = self._next(), self._next(), now + NS // 2
        add["exposure"].append((seen, self.session, self.part, 1.0, now, name, self.part))
        add["frame"].append(
            (shot, self.session, self.part, now, now + 30_000_000, True, "", self.part, None)
        )
        luck = draw()
        if luck < 0.002:
            kind, by, found = "reject", "ledger", 0
            self._alarm(ALARMS[1], name, now, now + 2 * NS)
        else:
            found = 0 if luck > 0.08 else 1 + int(draw() ** 2 * 4)
            kind, by = ("pass" if not found else "reject" if draw() < 0.9 else "review"), "recipe"
            self._inspected(name, now, found, epoch)
        kind = self._judged(name, kind, by, verdict_ns)
        self._ends(name, kind, verdict_ns)

    def _alarm(self, alarm: str, part: str, raised_ns: int, cleared_ns: int) -> int:
        """An alarm with its history; its number."""
        seq, add = self._next(), self.rows
        add["alarm_log"].append((seq, self.session, alarm, part, "", raised_ns, cleared_ns))
        for number, kind, stamp_ns in (
            (seq, "raised", raised_ns),
            (self._next(), "returned", cleared_ns),
        ):
            told = (number, alarm, kind, stamp_ns, part if kind == "raised" else "")
            add["alarm_event"].append((*told, "", "", "", None, False))
        return seq

    def _inspected(self, name: str, now: int, found: int, epoch: int) -> None:
        draw, add, seq = self.random.random, self.rows, self._next()
        content = sha256(name.encode()).hexdigest()
        path = f"pictures/2026-01-05/{self.session}/{name}-view-{content[:8]}.jpg"
        add["inspection"].append(
            (seq, name, self.part, now, now + 80_000_000, True, "", False, -1.0, 0.0, 0.0, 1.0,
             RECIPES[epoch], MODELS[epoch], "onnxruntime", "44000062", 4.0, 21.0, 40.0, path)
        )  # fmt: skip
        add["evidence"].append(("view", seq, name, now, path, content, 30_000, None, ""))
        for number in range(found):
            wear = (self.now_ns // (86_400 * NS)) % 9 * 12.0  # a tool that wears, and is changed
            x, y = 320 + self.random.gauss(wear, 90), 200 + self.random.gauss(0, 110)
            x, y = min(max(x, 4.0), 620.0), min(max(y, 4.0), 620.0)
            name_of = CLASSES[int(draw() ** 2 * len(CLASSES))]
            name_of = name_of if epoch < 2 else f"disc {name_of}"
            score = 0.5 + draw() / 2
            add["defect"].append((seq, number, name_of, score, x, y, x + 12.0, y + 12.0))
        add["timing"].append((name, 30.0, 21.0, 300.0 + 200.0 * draw()))

    def _judged(self, name: str, kind: str, by: str, stamp_ns: int) -> str:
        """The verdict that counts at the end."""
        draw, add = self.random.random, self.rows["verdict"]
        bin_ = {"pass": "", "reject": "scrap", "review": "review"}[kind]
        add.append((self._next(), name, stamp_ns, kind, bin_, _REASON[kind], by))
        if kind == "pass" or not self.labelled or draw() > 0.25:
            return kind
        person = PEOPLE[int(draw() * len(PEOPLE))]
        word = "pass" if draw() < 0.3 else "reject"
        bin_ = "" if word == "pass" else "scrap"
        add.append((self._next(), name, stamp_ns + NS, word, bin_, "looked at it", person))
        return word

    def _ends(self, name: str, kind: str, stamp_ns: int) -> None:
        draw, add, end_ns = self.random.random, self.rows, stamp_ns + 8 * NS
        if kind == "pass":
            add["disposition"].append((name, "passed", "", "", end_ns, self._next()))
            return
        if draw() < 0.01:
            person = PEOPLE[int(draw() * len(PEOPLE))]
            alarm = self._alarm(ALARMS[0], name, stamp_ns, stamp_ns + 60 * NS)
            add["acknowledgement"].append(
                (self._next(), alarm, ALARMS[0], person, stamp_ns + 20 * NS)
            )
            add["belt_stop"].append((self._next(), self.session, "fault", name, stamp_ns, 0.0))
            self._state("faulted", "robot.removal_failed", stamp_ns)
            self._state("running", "", stamp_ns + 60 * NS)
            self.now_ns = max(self.now_ns, stamp_ns + 61 * NS)
            add["disposition"].append((name, "purged", "", person, end_ns, self._next()))
            return
        bin_ = "scrap" if kind == "reject" else "review"
        if draw() < 0.1:
            add["belt_stop"].append(
                (self._next(), self.session, "wait", name, stamp_ns, round(draw() * 3, 2))
            )
        add["removal"].append(
            (self._next(), name, 1, bin_, stamp_ns, stamp_ns + 3 * NS, end_ns, True, "", "", 5.5,
             1.0, 0.0, 0.0, 0.0)
        )  # fmt: skip
        add["disposition"].append((name, "removed", bin_, "", end_ns, self._next()))

    def _state(self, state: str, reason: str, stamp_ns: int | None = None) -> None:
        at = self.now_ns if stamp_ns is None else stamp_ns
        self.rows["cell_state"].append((self._next(), state, reason, at, None))

    def _next(self) -> int:
        self.seq += 1
        return self.seq


def make(path: Path, parts: int, *, labelled: bool = True, seed: int = 1) -> Iterator[int]:
    """Make a records database with so many parts; says how many there are after each step. The
    file must not be there.
    """
    open_records(path, create=True).dispose()
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        for pragma in ("journal_mode = WAL", "synchronous = OFF", "cache_size = -400000"):
            database.execute(f"PRAGMA {pragma}")  # a file to measure: a power cut costs nothing
        line = Line(Random(seed), labelled)
        line.shift()
        done = 0
        while done < parts:
            for _ in islice(range(parts), min(BATCH, parts - done)):
                line.one()
            done += min(BATCH, parts - done)
            database.execute("BEGIN")
            _write(database, line)
            database.execute("COMMIT")
            yield done
        database.execute("BEGIN")
        _finish(database, line)
        database.execute("COMMIT")
        for after in range(0, parts, BATCH):
            database.execute("BEGIN")
            sum_rows(database, after, after + BATCH)
            database.execute("COMMIT")
            yield min(after + BATCH, parts)
        database.execute("DELETE FROM filling")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _write(database: sqlite3.Connection, line: Line) -> None:
    for table, width in _TABLES.items():
        marks = ", ".join("?" * width)
        database.executemany(f"INSERT INTO {table} VALUES ({marks})", line.rows[table])
        line.rows[table].clear()


def _finish(database: sqlite3.Connection, line: Line) -> None:
    """What is not of one part, and the sums of it."""
    database.execute("CREATE TEMP TABLE state AS SELECT * FROM cell_state ORDER BY seq")
    begin_filling(database)
    database.execute(
        "INSERT INTO cell_state SELECT seq, state, reason, stamp_ns, "
        "lead(stamp_ns) OVER (ORDER BY seq) FROM temp.state"
    )
    add_states(database)
    values = (line.seq, line.session, line.now_ns)
    database.execute(
        "INSERT INTO progress (id, last_seq, session, stamp_ns) VALUES (1, ?, ?, ?)", values
    )
    for table, column in (("recipe_version", "recipe"), ("model_version", "model")):
        database.execute(
            f"INSERT INTO {table} SELECT {column}, min(done_ns) FROM inspection GROUP BY 1"
        )


def add_states(database: sqlite3.Connection) -> None:
    """Sums of all states that have ended."""
    from cell.records.summaries.adding import add_state

    query = "SELECT state, reason, stamp_ns, until_ns FROM cell_state WHERE until_ns IS NOT NULL"
    for row in database.execute(query).fetchall():
        add_state(database, row)
