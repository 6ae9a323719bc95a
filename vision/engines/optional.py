"""Modules that only some engines need."""

from __future__ import annotations

import importlib
from typing import Any

from vision.errors import EngineError


def optional_module(module: str, what: str, remedy: str) -> Any:
    """The module, imported. Raises EngineError that says what to install."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise EngineError(
            f"{what} is not installed (no module {error.name!r}): {remedy}, or configure the "
            "engine 'onnxruntime'"
        ) from error
    except (ImportError, OSError) as error:
        raise EngineError(
            f"{what} is installed but does not load ({error}): {remedy} again, or configure the "
            "engine 'onnxruntime'"
        ) from error
