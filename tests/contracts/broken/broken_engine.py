"""Engines with one fault each, on the example of docs/extend.md; run in the vendor's folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from opencv_engine import OpenCvEngine  # type: ignore[import-not-found]
from test_opencv_engine import Rig  # type: ignore[import-not-found]

from vision.contracts.engine import EngineContract


class Broken(EngineContract):
    driver: Any

    @pytest.fixture(scope="class")
    def rig(self, request: pytest.FixtureRequest) -> Any:
        rig = Rig()
        rig.driver = request.cls.driver
        return rig


class TestKeepsWhatIsNotIts(Broken):
    class driver(OpenCvEngine):  # type: ignore[misc] # noqa: N801
        def run(self, batch: Any, changed: int | None = None) -> Any:
            if changed is not None:
                self._intake._whose = batch  # whoever's lies there
            return super().run(batch, changed)


class TestWritesIntoTheInput(Broken):
    class driver(OpenCvEngine):  # type: ignore[misc] # noqa: N801
        def run(self, batch: Any, changed: int | None = None) -> Any:
            batch[0, 0, 0, 0] = 0.5
            return super().run(batch, changed)


class TestCasts(Broken):
    class driver(OpenCvEngine):  # type: ignore[misc] # noqa: N801
        def run(self, batch: Any, changed: int | None = None) -> Any:
            if batch.dtype != np.float32:
                batch = batch.astype(np.float32)
            return super().run(batch, changed)


class TestKeepsEachInput(Broken):
    class driver(OpenCvEngine):  # type: ignore[misc] # noqa: N801
        def run(self, batch: Any, changed: int | None = None) -> Any:
            self.__dict__.setdefault("kept", []).append(batch.copy())
            return super().run(batch, changed)


class TestRunsWhenClosed(Broken):
    class driver(OpenCvEngine):  # type: ignore[misc] # noqa: N801
        def close(self) -> None:
            pass


class TestOneModuleForAll(Broken):
    class driver(OpenCvEngine):  # type: ignore[misc] # noqa: N801
        last: Any = None

        def __init__(self, config: Any, model: Path) -> None:
            super().__init__(config, model)
            type(self).last = self

        def run(self, batch: Any, changed: int | None = None) -> Any:
            if self._net is not None and type(self).last._net is None:
                self._net = None  # the other one's close took the session that both had
            return super().run(batch, changed)


class TestFewDigits(Broken):
    class driver(OpenCvEngine):  # type: ignore[misc] # noqa: N801
        def run(self, batch: Any, changed: int | None = None) -> Any:
            output = super().run(batch, changed).copy()
            output[:, 4:] = np.round(output[:, 4:] * 4) / 4
            return output


class TestALibrarysError(Broken):
    class driver(OpenCvEngine):  # type: ignore[misc] # noqa: N801
        def __init__(self, config: Any, model: Path) -> None:
            if not model.is_file():
                raise RuntimeError("could not open file")
            super().__init__(config, model)
