"""A small physical world around a ledger: belt, PLC, camera, inspector, arm, and a person.

It knows the truth, so that a test can say what the ledger must never let happen. Messages can
be dropped, doubled and delayed by kind; the arm can fail; the cell's process can be killed between
any two events of its journal.
"""

from __future__ import annotations

import heapq
from collections import deque
from dataclasses import dataclass, field, replace

from calibration.geometry import Pose2D
from cell.control.ledger import Event, Ledger, LedgerConfig, check, decode, encode, kind_of
from cell.control.ledger import events as e
from cell.control.ledger import observations as o
from cell.control.ledger.checkpoint import Checkpoint
from cell.control.ledger.effects import CancelRemoval, Effect, RequestRemoval
from cell.control.ledger.inspection import Inspection
from cell.products import RECIPES, Defect, load_recipe
from cell.products.recipe import Recipe
from cell.products.verdict import VerdictKind

TICK_S = 0.05
SPEED_M_S = 0.2
RECIPE: Recipe = load_recipe(RECIPES / "pcb")
CONFIG = LedgerConfig()
HALF_M = RECIPE.part.size_m[0] / 2.0
TRAVEL_M = CONFIG.trigger_travel_m(2.0 * HALF_M)
EPOCH_NS = 1_700_000_000_000_000_000
KINDS = ("arrival", "exposure", "exit", "frame", "inspection", "belt", "feedback", "result")


class LawBrokenError(AssertionError):
    """Something happened that must never happen."""


@dataclass
class Board:
    """One board, centre at `x0` + travel; `place`: belt, cup, left, a bin, floor, person."""

    number: int
    x0: float
    defective: bool
    place: str = "belt"
    arrival: int = 0
    exposed: bool = False


@dataclass
class Task:
    """A removal that the arm works on."""

    request: RequestRemoval
    plan: str
    ticks: int = 0
    on_cup: bool = False


@dataclass
class World:
    """Everything that is not the ledger.

    `mischief` holds, for each kind of message, what befalls the next ones.
    """

    ledger: Ledger = field(default_factory=lambda: Ledger(CONFIG, RECIPE))
    travel_m: float = 0.0
    now_ns: int = EPOCH_NS
    leased_m: float = 0.0
    run: bool = False
    coast: int = 0
    arrivals: int = 0
    exposures: int = 0
    exits: int = 0
    triggers: int = 0
    running: bool = False
    at_authority: bool = False
    boards: list[Board] = field(default_factory=list)
    journal: list[tuple[str, str]] = field(default_factory=list)
    told: list[o.Observation] = field(default_factory=list)
    crashes: int = 0
    checkpoint: Checkpoint | None = None
    checkpoint_every: int = 20
    messages: list[tuple[int, int, o.Observation]] = field(default_factory=list)
    sent: int = 0
    mischief: dict[str, deque[str]] = field(default_factory=lambda: {k: deque() for k in KINDS})
    arm_plans: deque[str] = field(default_factory=deque)
    inspector_plans: deque[str] = field(default_factory=deque)
    task: Task | None = None
    shown: dict[int, Board] = field(default_factory=dict)
    robot_alive: bool = True
    tripped: bool = False
    ordered: bool = False
    """Whether a person has started this session, and nothing has stopped the belt since."""
    arrival_of: dict[str, int] = field(default_factory=dict)
    verdict_of: dict[int, VerdictKind] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.start_session()

    # The cell's process.
    def start_session(self) -> None:
        """The supervisor starts and reads the PLC."""
        self.ordered = False
        self.observe(
            o.Started(
                stamp_ns=self.now_ns,
                session=f"s{self.crashes}",
                encoder_m=self.travel_m,
                arrivals=self.arrivals,
                exposures=self.exposures,
                exits=self.exits,
            )
        )

    def observe(self, observation: o.Observation) -> bool:
        """Tell the ledger, journal, check the law, act."""
        self.told.append(observation)
        decision = self.ledger.observe(observation)
        self.journal += [(kind_of(event), encode(event)) for event in decision.events]
        for event in decision.events:
            self._note(event)
        kept = 0 if self.checkpoint is None else self.checkpoint.sequence
        if len(self.journal) - kept >= self.checkpoint_every:
            self.checkpoint = Checkpoint.of(len(self.journal), "", self.ledger.desk.state)
        broken = check(self.ledger)
        if broken:
            raise LawBrokenError("; ".join(str(violation) for violation in broken))
        for event in decision.events:
            self._check_event(event)
        for effect in decision.effects:
            self._act(effect)
        return decision.accepted

    def crash(self, lost_events: int) -> None:
        """The supervisor dies, its last events not in the journal; the PLC stops by itself."""
        keep = max(1, len(self.journal) - lost_events)
        self.journal = self.journal[:keep]
        self.messages.clear()
        self.run = False
        self.coast = 10
        for _ in range(12):
            self._move()
            self._arm()
        self.messages.clear()
        self.task = None if self.task is None or not self.task.on_cup else self.task
        self.crashes += 1
        self.arrival_of, self.verdict_of = {}, {}
        for event in self.events():
            self._note(event)
        self.ledger = self._restored()
        self.start_session()

    def take_out_of_service(self) -> None:
        """The supervisor is deactivated, and activated again after a while."""
        self.observe(o.Closing(stamp_ns=self.now_ns))
        if self.ledger.belt_command().run:
            raise LawBrokenError("the belt may run without a session")
        self.messages.clear()
        self.run, self.coast = False, 10
        for _ in range(12):
            self._move()
            self._arm()
        self.messages.clear()
        self.task = None if self.task is None or not self.task.on_cup else self.task
        self.crashes += 1
        self.start_session()

    def trip_watchdog(self) -> None:
        """The PLC heard nothing for too long: it stops a belt that was told to run."""
        if self.run:
            self.tripped, self.coast, self.run = True, 1, False

    def _restored(self) -> Ledger:
        """From the last checkpoint that was written before the end of the journal."""
        kept = self.checkpoint
        if kept is None or kept.sequence > len(self.journal):
            self.checkpoint = None
            return Ledger.replay(CONFIG, RECIPE, self.events())
        state = kept.thaw("")
        if state is None:
            raise LawBrokenError("the checkpoint does not thaw")
        return Ledger.replay(CONFIG, RECIPE, self.events()[kept.sequence :], state)

    def events(self) -> list[Event]:
        """The journal, read back."""
        return [decode(kind, data) for kind, data in self.journal]

    # The physical world.
    def feed(self, gap_m: float, defective: bool) -> None:
        """A board is laid on the belt before the photo-eye, `gap_m` behind the last one."""
        x = CONFIG.photo_eye_x - HALF_M - 0.005
        waiting = [b.x0 + self.travel_m for b in self.boards if b.place == "belt"]
        x = min([x, *(w - 2.0 * HALF_M - gap_m for w in waiting)])
        self.boards.append(Board(len(self.boards) + 1, x - self.travel_m, defective))

    def tick(self, count: int = 1) -> None:
        """Time passes; messages arrive."""
        for _ in range(count):
            self._move()
            self._arm()
            self._send("belt", self._reading())
            self._deliver()
            order = self.ledger.belt_command()
            if order.run and not self.ordered:
                raise LawBrokenError("the belt may run without a person's order")
            self.tripped = self.tripped and order.run
            order = order._replace(run=order.run and not self.tripped)
            if self.run and not order.run:
                self.coast = 1
            self.run = order.run
            self.leased_m = max(order.authority_m, self.travel_m) if order.run else self.leased_m
            if not order.run:
                self.leased_m = min(self.leased_m, max(order.authority_m, self.travel_m))

    def _move(self) -> None:
        self.now_ns += int(TICK_S * 1e9)
        may = self.run or self.coast > 0
        self.coast = max(0, self.coast - 1)
        step = min(SPEED_M_S * TICK_S, max(0.0, self.leased_m - self.travel_m)) if may else 0.0
        self.running = step > 1e-9
        self.at_authority = may and step < 1e-9
        self.travel_m += step
        for board in self.boards:
            if board.place == "belt":
                self._pass_stations(board)

    def _pass_stations(self, board: Board) -> None:
        x = board.x0 + self.travel_m
        if not board.arrival and x + HALF_M >= CONFIG.photo_eye_x:
            self.arrivals += 1
            board.arrival = self.arrivals
            at = CONFIG.photo_eye_x - HALF_M - board.x0
            edge = o.ArrivalEdge(stamp_ns=self.now_ns, index=self.arrivals, encoder_m=at)
            self._send("arrival", edge)
        if not board.exposed and x >= CONFIG.camera_x:
            board.exposed = True
            self._expose(board)
        if (
            x > CONFIG.last_safe_x + 1e-6
            and self.verdict_of.get(board.arrival) is not VerdictKind.PASS
        ):
            raise LawBrokenError(
                f"board {board.number} is past the last safe position without a pass"
            )
        if x + HALF_M >= CONFIG.exit_eye_x:
            self.exits += 1
            board.place = "left"
            at = CONFIG.exit_eye_x - HALF_M - board.x0
            self._send("exit", o.ExitEdge(stamp_ns=self.now_ns, index=self.exits, encoder_m=at))

    def _expose(self, board: Board) -> None:
        self.exposures += 1
        at = CONFIG.camera_x - board.x0
        stamp = self.now_ns
        latch = o.ExposureLatch(
            stamp_ns=stamp, index=self.exposures, encoder_m=at, exposure_ns=stamp
        )
        self._send("exposure", latch)
        plan = self.inspector_plans.popleft() if self.inspector_plans else "good"
        if plan == "no_trigger":
            return
        self.triggers += 1
        self.shown[self.triggers] = board
        taken = stamp + (400_000_000 if plan == "slow_stamp" else 3_000_000)
        ok = plan != "grab_failed"
        frame = o.FrameReceived(
            stamp_ns=stamp,
            trigger=self.triggers,
            exposure_ns=taken,
            received_ns=taken + 20_000_000,
            ok=ok,
            error="" if ok else "incomplete grab",
        )
        self._send("frame", frame)
        if not ok or plan == "no_answer":
            return
        defects = (Defect("short", 0.9, 10.0, 10.0, 30.0, 30.0),) if board.defective else ()
        found = Inspection(
            trigger=self.triggers,
            exposure_ns=taken,
            done_ns=taken + 90_000_000,
            ok=plan != "error",
            error="no part in the picture" if plan == "error" else "",
            pose=Pose2D(CONFIG.camera_x, 0.0, 0.0),
            defects=defects,
            recipe=RECIPE.identity,
            model="test@1",
        )
        done = o.InspectionDone(stamp_ns=stamp, inspection=found)
        self._send("inspection", done, later_ticks=2)

    def _reading(self) -> o.BeltRead:
        return o.BeltRead(
            stamp_ns=self.now_ns,
            read_ns=self.now_ns,
            encoder_m=self.travel_m,
            running=self.running,
            at_authority=self.at_authority,
            arrivals=self.arrivals,
            exposures=self.exposures,
            exits=self.exits,
            watchdog_tripped=self.tripped,
        )

    def _arm(self) -> None:
        task = self.task
        if task is None:
            return
        board = self._board_of(task.request.part)
        task.ticks += 1
        if task.plan == "silent":
            return
        if task.on_cup:
            if task.ticks > 8:
                dropped = task.plan == "dropped"
                board.place = "floor" if dropped else task.request.bin
                self._answer(not dropped, "dropped" if dropped else "")
            return
        if board is None or board.place != "belt":
            self._answer(False, "no_vacuum")
            return
        x = board.x0 + self.travel_m
        if x < -0.42 or task.ticks < 4:
            return
        if task.plan in ("no_vacuum", "too_late", "unreachable", "lapsed"):
            self._answer(False, task.plan)
        elif x <= CONFIG.last_safe_x:
            task.on_cup, task.ticks = True, 0
            board.place = "cup"
            self._tell_robot("feedback", off_belt=True)

    def _answer(self, removed: bool, reason: str) -> None:
        self._tell_robot("result", removed=removed, reason=reason)
        self.task = None

    def _tell_robot(self, kind: str, **fields: object) -> None:
        assert self.task is not None
        if not self.robot_alive:
            return
        request = self.task.request
        names = {"stamp_ns": self.now_ns, "part": request.part, "attempt": request.attempt}
        cls = o.RemovalFeedback if kind == "feedback" else o.RemovalDone
        self._send(kind, cls(**names, **fields))  # type: ignore[arg-type]

    def _act(self, effect: Effect) -> None:
        match effect:
            case RequestRemoval():
                if self.task is not None:
                    raise LawBrokenError(
                        f"two removals at a time: {self.task.request} and {effect}"
                    )
                self.task = Task(effect, self.arm_plans.popleft() if self.arm_plans else "ok")
            case CancelRemoval() if self.task is not None and not self.task.on_cup:
                self._answer(False, "canceled")
            case _:
                pass

    # Messages.
    def _send(self, kind: str, message: o.Observation, later_ticks: int = 0) -> None:
        fate = self.mischief[kind].popleft() if self.mischief[kind] else "on_time"
        if fate == "drop":
            return
        delay = {"on_time": 0, "double": 0, "late": 5, "very_late": 60}[fate] + later_ticks
        for extra in (0, 3) if fate == "double" else (0,):
            self.sent += 1
            due = self.now_ns + int((delay + extra) * TICK_S * 1e9)
            heapq.heappush(self.messages, (due, self.sent, message))

    def _deliver(self) -> None:
        while self.messages and self.messages[0][0] <= self.now_ns:
            _, _, message = heapq.heappop(self.messages)
            self.observe(replace(message, stamp_ns=self.now_ns))

    # People.
    def command(self, name: str) -> bool:
        """A person's order."""
        if name == "start":
            state = self.ledger.snapshot().state
            self.ordered = self.ordered or state is e.CellState.STOPPED
        return self.observe(o.Command(stamp_ns=self.now_ns, name=name, person="kim"))

    def override(self, part: str, verdict: VerdictKind) -> None:
        """A person, who knows the board, replaces a verdict; nobody passes a defective board."""
        board = self._board_of(part)
        if verdict is VerdictKind.PASS and (board is None or board.defective):
            return
        wish = o.Override(
            stamp_ns=self.now_ns, part=part, verdict=verdict, bin="", person="kim", reason="looked"
        )
        self.observe(wish)

    def clear_belt(self) -> bool:
        """A person takes every board that has arrived off the standing belt and confirms it."""
        if self.running or (self.task is not None and self.task.on_cup):
            return False
        for board in self.boards:
            if board.place == "belt" and board.arrival:
                board.place = "person"
        self.robot_alive = True
        return self.command("confirm_clear")

    def bring_up(self) -> None:
        """From any state to running, as a person would."""
        for _ in range(600):
            state = self.ledger.snapshot().state
            if state == e.CellState.RUNNING:
                return
            if state == e.CellState.PURGE_REQUIRED:
                self.clear_belt()
            elif state == e.CellState.FAULTED:
                self.command("reset")
            elif state == e.CellState.STOPPED:
                self.command("start")
            self.tick()
        raise LawBrokenError(f"the cell does not come up: {self.ledger.snapshot()}")

    def make_peace(self) -> None:
        """Nothing goes wrong from here on."""
        for fates in self.mischief.values():
            fates.clear()
        self.arm_plans.clear()
        self.inspector_plans.clear()

    def finish(self) -> None:
        """Run until every account is closed."""
        for _ in range(3000):
            if not self.ledger.snapshot().parts and all(b.place != "belt" for b in self.boards):
                break
            if self.ledger.snapshot().state != e.CellState.RUNNING:
                self.bring_up()
            self.tick()
        self.tick(80)
        if self.ledger.snapshot().state == e.CellState.PURGE_REQUIRED:
            self.bring_up()
        self._check_end()

    # What must hold.
    def _note(self, event: Event) -> None:
        match event:
            case e.Arrived(part=part, index=index):
                self.arrival_of[part] = index
            case e.Judged(part=part, verdict=verdict):
                self.verdict_of[self.arrival_of[part]] = verdict.kind
            case e.Faulted() | e.SessionClosed() | e.StateChanged(state=e.CellState.STOPPED):
                self.ordered = False
            case _:
                pass

    def _board_of(self, part: str) -> Board | None:
        index = self.arrival_of.get(part)
        return next((b for b in self.boards if b.arrival == index), None)

    def _check_event(self, event: Event) -> None:
        match event:
            case e.Inspected(part=part):
                trigger = event.inspection.trigger
                if self.shown[trigger] is not self._board_of(part):
                    raise LawBrokenError(f"picture {trigger} is tied to the wrong part {part}")
            case e.Judged(part=part, by="recipe") if event.verdict.kind is VerdictKind.PASS:
                board = self._board_of(part)
                if board is None or board.defective:
                    raise LawBrokenError(f"defective part {part} passes")
            case e.Removed(part=part, bin=bin_name):
                board = self._board_of(part)
                if board is None or board.place != bin_name:
                    raise LawBrokenError(f"{part} is on record in {bin_name}, but is {board}")
            case e.Passed(part=part):
                board = self._board_of(part)
                if board is None or board.place != "left":
                    raise LawBrokenError(f"{part} passed on record, but is {board}")
            case _:
                pass

    def _check_end(self) -> None:
        """Exactly one disposition for each part; the journal tells the whole story."""
        events = self.events()
        arrived = [x.part for x in events if isinstance(x, e.Arrived)]
        closed = [x.part for x in events if isinstance(x, e.DISPOSITIONS)]
        if sorted(arrived) != sorted(closed):
            raise LawBrokenError(f"arrived {arrived}, closed {closed}")
        indices = sorted(x.index for x in events if isinstance(x, e.Arrived))
        if indices != sorted(b.arrival for b in self.boards if b.arrival):
            raise LawBrokenError(f"accounts {indices} are not the boards that arrived")
        passed = {x.part for x in events if isinstance(x, e.Passed)}
        inspected = {x.part for x in events if isinstance(x, e.Inspected) and x.inspection.ok}
        if passed - inspected:
            raise LawBrokenError(f"passed without an inspection: {passed - inspected}")
        if Ledger.replay(CONFIG, RECIPE, events).desk.state != self.ledger.desk.state:
            raise LawBrokenError("the journal does not rebuild the ledger")
        if not self.crashes:
            again = Ledger(CONFIG, RECIPE)
            told = [event for x in self.told for event in again.observe(x).events]
            if told != events:
                raise LawBrokenError("the same observations led to other events")
