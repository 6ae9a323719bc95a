"""Does a network run at all? Told on pictures of nothing, before anybody goes by it."""

from __future__ import annotations

import numpy as np

from models.package import ModelPackage
from vision.engines.base import Engine
from vision.nets.decode import require_sound
from vision.nets.masks import table_of

_NO_BOX = 2.0
"""No score is so high: where boxes lie in a picture of nothing says nothing."""


def try_out(engine: Engine, package: ModelPackage) -> None:
    """Run the package's network on black, white and noise. Raises EngineError where it cannot be
    run, or where its output is of another shape than the card's, is no number, or no score.
    """
    shape = engine.input_shape
    noise = np.random.default_rng(0).random(shape, np.float32)
    for batch in (np.zeros(shape, np.float32), np.ones(shape, np.float32), noise):
        table = table_of(package.card, engine.run(batch))
        whose = f"{package.identity} on {engine.name}"
        require_sound(table, len(package.card.classes), _NO_BOX, whose)
