"""The boards in play: where each one is, and when it crosses the eyes. Frame `cell`, metres."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from calibration.geometry import Pose2D
from twin import layout
from twin.boards.library import BoardVariant
from twin.scene import BOARD_STOCK
from twin.truth import ON_BELT, BoardTruth

Y_SPREAD = 0.010
YAW_SPREAD = math.radians(15.0)


@dataclass(slots=True, eq=False)
class Board:
    """One board. While it rides, its centre lies at `anchor` plus the belt's travel."""

    slot: int
    variant: BoardVariant
    truth: BoardTruth
    anchor: float
    y: float
    yaw: float

    def pose(self, travel: float) -> Pose2D:
        """Where a riding board lies after this belt travel."""
        return Pose2D(self.anchor + travel, self.y, self.yaw)

    @property
    def half_length(self) -> float:
        """From the centre to the leading corner."""
        return layout.BOARD_SIDE / 2 * (abs(math.cos(self.yaw)) + abs(math.sin(self.yaw)))


class Line:
    """Boards by what carries them: the belt (`riding`), the tool (`held`) or nothing (`loose`)."""

    def __init__(self) -> None:
        self.riding: list[Board] = []
        self.loose: list[Board] = []
        self.held: Board | None = None
        self._free = list(reversed(range(BOARD_STOCK)))

    @property
    def has_room(self) -> bool:
        """True while the stock of simulated boards is not used up."""
        return bool(self._free)

    def place(
        self, variant: BoardVariant, number: int, travel: float, rng: np.random.Generator
    ) -> Board:
        """Lay a fresh board on the belt's start."""
        y = float(rng.uniform(-Y_SPREAD, Y_SPREAD))
        yaw = float(rng.uniform(-YAW_SPREAD, YAW_SPREAD))
        truth = BoardTruth(
            number=number,
            board_id=variant.board_id,
            defective=bool(variant.defects),
            defects=[name for name, _ in variant.defects],
            where=ON_BELT,
            y_mm=round(y * 1e3, 3),
            yaw_deg=round(math.degrees(yaw), 3),
        )
        board = Board(self._free.pop(), variant, truth, layout.SPAWN_X - travel, y, yaw)
        self.riding.append(board)
        return board

    def retire(self, board: Board) -> None:
        """A board leaves the play; its body can be used again."""
        if board is self.held:
            self.held = None
        for boards in (self.riding, self.loose):
            if board in boards:
                boards.remove(board)
        self._free.append(board.slot)

    def crossings(self, eye: float, before: float, after: float) -> Iterator[tuple[Board, float]]:
        """Boards whose leading edge met an eye between two belt travels, with the exact travel."""
        for board in self.riding:
            at = eye - board.half_length - board.anchor
            if before < at <= after:
                yield board, at

    def blocks(self, eye: float, travel: float) -> bool:
        """True while a riding board interrupts an eye's beam."""
        return any(abs(board.anchor + travel - eye) <= board.half_length for board in self.riding)

    def under(self, x: float, y: float, travel: float) -> Board | None:
        """The riding board that a suction cup at (x, y) lies wholly on."""
        reach = layout.BOARD_SIDE / 2 - layout.CUP_RADIUS
        for board in self.riding:
            dx, dy = x - board.anchor - travel, y - board.y
            c, s = math.cos(board.yaw), math.sin(board.yaw)
            if abs(c * dx + s * dy) <= reach and abs(c * dy - s * dx) <= reach:
                return board
        return None
