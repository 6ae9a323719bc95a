"""From a configuration's words to an engine that runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from models.ground.written import WrittenError, fit, one_line
from models.package import ModelPackage
from vision.engines.base import Engine
from vision.engines.selfcheck import verify
from vision.errors import EngineError
from vision.plugins import load_plugin


def open_engine(name: str, options: Mapping[str, Any], package: ModelPackage) -> Engine:
    """The engine of that entry point on the package's network, checked against its reference.

    Raises PluginError, EngineError for options it does not have, and as `verify`.
    """
    driver = load_plugin("inspection_cell.engines", name)
    try:
        config = fit(driver.Config, dict(options))
    except ValidationError as error:
        raise EngineError(
            f"The options of engine {name!r} are not usable ({one_line(error)}): correct "
            "inspector.options"
        ) from None
    except WrittenError as error:
        raise EngineError(f"The options of engine {name!r} are not usable ({error})") from None
    engine: Engine = driver(config, package.onnx)
    try:
        verify(engine, package)
    except BaseException:
        engine.close()
        raise
    return engine
