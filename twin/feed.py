"""Parts drawn ahead in a worker thread: reading and painting one takes tens of milliseconds."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np

from twin.ports import Library
from twin.product import Product, Variant

AHEAD = 3


class Infeed:
    """The next parts of a run, of one product at a time.

    They are the same for the same seed whatever the machine's speed, and for each product: what
    was drawn of one waits while another is fed. Raises KeyError for a product without a library.
    """

    def __init__(
        self, libraries: Mapping[str, Library], product: str, seed: int, defective_share: float
    ) -> None:
        self.libraries = libraries
        self._seed, self._share = seed, defective_share
        # One thread alone uses the generators: the order of draws is fixed.
        self._pool = ThreadPoolExecutor(1, "twin-parts")
        self._drawn: dict[str, deque[Future[Variant]]] = {}
        self._rngs: dict[str, np.random.Generator] = {}
        self.change(product)

    @property
    def product(self) -> Product:
        """What is fed now."""
        return self._library.product

    def change(self, product: str) -> None:
        """Feed this product from now on. Raises KeyError."""
        self._library = self.libraries[product]
        if product not in self._drawn:
            self._drawn[product] = deque()
            self._rngs[product] = np.random.default_rng([self._seed, 0xFEED])
            for _ in range(AHEAD):
                self._order()

    def take(self) -> Variant | None:
        """The next part, None while it is not drawn yet. Raises what drawing it raised."""
        drawn = self._drawn[self.product.name]
        if not drawn[0].done():
            return None
        self._order()
        return drawn.popleft().result()

    def close(self) -> None:
        """Draw no more."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _order(self) -> None:
        library = self._library
        rng = self._rngs[library.product.name]
        self._drawn[library.product.name].append(self._pool.submit(self._draw, library, rng))

    def _draw(self, library: Library, rng: np.random.Generator) -> Variant:
        defective = bool(rng.random() < self._share)
        return library.draw(rng, defective)
