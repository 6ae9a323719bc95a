"""Our engines keep their contract, those for a GPU where there is one."""

from __future__ import annotations

from typing import Any

import pytest

from vision.contracts.engine import EngineContract, EngineRig
from vision.errors import EngineError
from vision.plugins import load_plugin


class TestOurEngines(EngineContract):
    @pytest.fixture(
        scope="class",
        params=["onnxruntime", "openvino", "auto", "onnxruntime_cuda", "tensorrt"],
    )
    def rig(
        self, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
    ) -> EngineRig:
        name = request.param
        if name == "openvino":
            pytest.importorskip("openvino")

        class Rig(EngineRig):
            driver = load_plugin("inspection_cell.engines", name)

            def config(self) -> Any:
                if "cache" in self.driver.Config.model_fields:
                    return self.driver.Config(cache=cache)
                return self.driver.Config()

        cache = tmp_path_factory.mktemp("cache")
        rig = Rig()
        if name in ("onnxruntime_cuda", "tensorrt"):
            try:
                model = rig.model(tmp_path_factory.mktemp("try"))
                rig.driver(rig.config(), model).close()
            except EngineError as error:
                pytest.skip(str(error))
        return rig
