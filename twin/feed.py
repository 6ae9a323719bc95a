"""Boards drawn ahead in a worker thread: reading and painting one takes tens of milliseconds."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np

from twin.boards.library import BoardVariant
from twin.ports import Boards

AHEAD = 3


class BoardFeed:
    """The next boards of a run, the same for the same seed whatever the machine's speed."""

    def __init__(self, boards: Boards, seed: int, defective_share: float) -> None:
        self._boards, self._share = boards, defective_share
        self._rng = np.random.default_rng([seed, 0xFEED])
        # One thread alone uses the generator: the order of draws is fixed.
        self._pool = ThreadPoolExecutor(1, "twin-boards")
        self._drawn: deque[Future[BoardVariant]] = deque()
        for _ in range(AHEAD):
            self._order()

    def take(self) -> BoardVariant | None:
        """The next board, None while it is not drawn yet. Raises what drawing it raised."""
        if not self._drawn[0].done():
            return None
        self._order()
        return self._drawn.popleft().result()

    def close(self) -> None:
        """Draw no more."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _order(self) -> None:
        self._drawn.append(self._pool.submit(self._draw))

    def _draw(self) -> BoardVariant:
        defective = bool(self._rng.random() < self._share)
        return self._boards.draw(self._rng, defective)
