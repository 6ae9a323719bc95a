"""Stand-ins for a gripper, a belt and an arm, to try the examples of extend.md without a device.

They speak what the examples speak: a line of JSON over TCP, and a line back. Your device speaks
something else; a stand-in like these lets you run the contract on a desk.
"""

from __future__ import annotations

import contextlib
import json
import math
import socketserver
import threading
import time
from collections.abc import Callable
from typing import Any

WATCHDOG_S = 0.5
RING = 16
TAU_S = 0.03
UNLOCK_S = 0.2


class Device:
    """Answers requests. `silent`: it does not; `hang_up`: ends every connection."""

    def __init__(self) -> None:
        self.silent = False
        self.lock = threading.RLock()
        self._ends: list[Callable[[], None]] = []
        device = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                device._ends.append(lambda: self.connection.shutdown(2))
                for line in self.rfile:
                    if not device.silent:
                        with device.lock:
                            answer = device.answer(json.loads(line))
                        self.wfile.write(json.dumps(answer).encode() + b"\n")

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            block_on_close = False

            def handle_error(self, *_: Any) -> None:
                """A client that went away."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port = int(self._server.server_address[1])
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """What it says to a request."""
        raise NotImplementedError

    def hang_up(self) -> None:
        ends, self._ends = self._ends, []
        for end in ends:
            with contextlib.suppress(OSError):
                end()

    def close(self) -> None:
        self.hang_up()
        self._server.shutdown()
        self._server.server_close()


class GripperDevice(Device):
    """An ejector and a vacuum switch, which is moved by hand."""

    def __init__(self) -> None:
        self.ejector = self.vacuum = False
        super().__init__()

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        if "ejector" in request:
            self.ejector = bool(request["ejector"])
        return {"vacuum": self.vacuum}


class BeltDevice(Device):
    """A belt without a ramp: watchdog, authority, interlock, and the last 16 edges."""

    scale = 20_000.0

    def __init__(self) -> None:
        self.moved_m = 0.0
        self.off_counts = 0
        self.pressed = False
        self._power_up()
        super().__init__()

    def _power_up(self) -> None:
        self._on_s = self._at_s = time.monotonic()
        self._fed_s = -1.0
        self._zero_m = self.moved_m
        self.order: dict[str, Any] = {"run": False, "speed": 0.0, "authority": 0, "beat": 0}
        self.edges: list[tuple[str, int, int, int]] = []
        self.counters = {"arrival": 0, "exposure": 0, "exit": 0}
        self.tripped = self.interlocked = False

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        self.advance()
        if "order" in request:
            order, before = request["order"], self.order
            if order["beat"] != before["beat"]:
                self._fed_s, self.tripped = time.monotonic(), False
            if not order["run"]:
                self.interlocked = False
            self.order = order
            return {}
        runs = self.runs()
        return {
            "clock_ms": self.clock_ms(),
            "encoder": self.encoder(),
            "speed": self.order["speed"] if runs else 0.0,
            "running": runs,
            "at_authority": self.order["run"] and self.room_m() < 0.001 and not self.interlocked,
            "watchdog": self.tripped or self.interlocked,
            "emergency_stop": self.pressed,
            "vacuum": False,
            "counters": self.counters,
            "edges": self.edges,
        }

    def advance(self) -> None:
        """To now. Called before whatever looks at it."""
        now_s = time.monotonic()
        if self.order["run"] and not self.interlocked and not self.pressed:
            passed_s = max(0.0, min(now_s, self._fed_s + WATCHDOG_S) - self._at_s)
            self.moved_m += min(self.order["speed"] * passed_s, self.room_m())
        self._at_s = now_s
        if now_s - self._fed_s > WATCHDOG_S:
            self.tripped = True
            self.interlocked = self.interlocked or bool(self.order["run"])

    def runs(self) -> bool:
        return (
            self.order["run"]
            and not (self.tripped or self.interlocked or self.pressed)
            and self.room_m() >= 0.001
        )

    def room_m(self) -> float:
        """Travel to the authority; both are counted in 32 bits."""
        return max(0.0, signed32(self.order["authority"] - self.encoder()) / self.scale)

    def encoder(self) -> int:
        counts = math.floor((self.moved_m - self._zero_m) * self.scale) + self.off_counts
        return signed32(counts)

    def clock_ms(self) -> int:
        return int((time.monotonic() - self._on_s) * 1e3)

    def edge(self, kind: str) -> None:
        with self.lock:
            self.advance()
            self.counters[kind] += 1
            self.edges.append((kind, self.counters[kind], self.encoder(), self.clock_ms()))
            same = [edge for edge in self.edges if edge[0] == kind]
            if len(same) > RING:
                self.edges.remove(same[0])

    def restart(self) -> None:
        with self.lock:
            self.advance()
            self.off_counts = 0
            self._power_up()
        self.hang_up()

    def travel(self) -> float:
        with self.lock:
            self.advance()
            return self.moved_m


class ArmDevice(Device):
    """Six joints in degrees that follow their targets with a lag of 30 ms."""

    def __init__(self) -> None:
        self.q = [0.0, -90.0, 90.0, -90.0, -90.0, 0.0]
        self.target = list(self.q)
        self.mode = "ready"
        self.stopped_s = 0.0
        self._at_s = time.monotonic()
        super().__init__()

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        self.advance()
        if "target" in request:
            if self.mode != "ready":
                return {"error": f"the arm is in {self.mode}"}
            self.target = list(request["target"])
        elif request.get("op") == "stop":
            self.target = list(self.q)
        elif request.get("op") == "unlock":
            if self.mode == "protective" and time.monotonic() - self.stopped_s < UNLOCK_S:
                return {"error": "a stop is unlocked after 0.2 s, not sooner"}
            if self.mode == "protective":
                self.mode = "ready"
        speed = [(t - q) / TAU_S for t, q in zip(self.target, self.q, strict=True)]
        return {"q": self.q, "speed": speed, "mode": self.mode}

    def advance(self) -> None:
        now_s = time.monotonic()
        share = math.exp(-(now_s - self._at_s) / TAU_S)
        self.q = [t + (q - t) * share for q, t in zip(self.q, self.target, strict=True)]
        self._at_s = now_s

    def stop_itself(self, mode: str) -> None:
        """`protective`, `emergency`, or `ready` again."""
        with self.lock:
            self.advance()
            self.mode, self.target = mode, list(self.q)
            self.stopped_s = time.monotonic()


def signed32(value: int) -> int:
    return (value + (1 << 31)) % (1 << 32) - (1 << 31)
