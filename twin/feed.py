"""Parts drawn ahead in a worker thread: reading and painting one takes tens of milliseconds."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np

from twin.ports import Library, SeveralKinds
from twin.product import Product, ProductError, Variant

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

    def spoil(self, kinds: Sequence[str], share: float) -> None:
        """Parts drawn from now on are defective with this probability, by these kinds of defects of
        the product that is fed; some of before are still to come. Raises ProductError.
        """
        library = self._library
        if not isinstance(library, SeveralKinds):
            raise ProductError(f"the defects of {self.product.name} are those of its pictures")
        if not kinds or set(kinds) - set(library.known_kinds):
            raise ProductError(
                f"kinds of defects of {self.product.name}: some of {', '.join(library.known_kinds)}"
            )
        if not 0.0 <= share <= 1.0:
            raise ProductError(f"a share of defective parts lies between 0 and 1, not at {share:g}")
        library.kinds, self._share = tuple(kinds), share

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
