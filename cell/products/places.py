"""What the configuration tells of where recipes and models lie, and of the cell they are for."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol


class EngineChoice(Protocol):
    """The engine that runs a recipe's detector, and its settings."""

    @property
    def engine(self) -> str: ...
    @property
    def options(self) -> dict[str, Any]: ...


class Places(Protocol):
    """A cell's configuration, as far as its products need it. None: what comes with the cell."""

    @property
    def recipes(self) -> Path | None: ...
    @property
    def models(self) -> Path | None: ...
    @property
    def data_dir(self) -> Path: ...
    @property
    def calibration(self) -> Path: ...
    @property
    def inspector(self) -> EngineChoice: ...
