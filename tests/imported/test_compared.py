"""`cell bench import` with a stand-in for the Python that has ultralytics."""

from __future__ import annotations

import json
import stat
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cell.faces.cli.app import app
from cell.faces.cli.verbs import bench_import
from models.errors import ModelError
from tests.imported.drawn import write_export

STAND_IN = """#!{python}
import json, sys
import cv2
assert "from ultralytics import YOLO" in sys.argv[2]
print("a library's greeting")
print(json.dumps({{"version": "8", "onnxruntime": "1"}}), flush=True)
for line in sys.stdin:
    grey = cv2.imread(line.strip(), 0)
    scores = cv2.resize(grey, (12, 8), interpolation=cv2.INTER_AREA) / 255
    row, column = divmod(int(scores.argmax()), 12)
    x, y = 8 * column + 4 + {shift}, 8 * row + 4
    answer = {{"ms": {ms}, "boxes": [[x - 5, y - 3, x + 5, y + 3]], "scores": [scores.max()],
               "classes": [0]}}
    print(json.dumps(answer), flush=True)
"""


def compared(folder: Path, pictures: Path, program: str) -> tuple[int, dict[str, float]]:
    """Exit code and figures."""
    python = folder / "python"
    python.write_text(program)
    python.chmod(python.stat().st_mode | stat.S_IXUSR)
    file = write_export(folder / "best.onnx", gains=(1.0, 0.0))
    line = ["bench", "import", "--model", str(file), "--pictures", str(pictures)]
    result = CliRunner().invoke(app, [*line, "--python", str(python), "--json"])
    if isinstance(result.exception, ModelError):
        raise result.exception
    return result.exit_code, json.loads(result.stdout)


@pytest.mark.parametrize(
    ("shift", "ms", "code"), [(0.0, 1e6, 0), (1.5, 1e6, 1), (0.0, 1e-6, 1)],
    ids=["agrees", "other boxes", "slower"],
)  # fmt: skip
def test_both_sides_are_compared(
    shift: float, ms: float, code: int, tmp_path: Path, pictures: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(bench_import, "one_thread", lambda: None)  # it would start anew
    program = STAND_IN.format(python=sys.executable, shift=shift, ms=ms)
    ended, figures = compared(tmp_path, pictures, program)
    assert ended == code
    assert figures["detections"] == figures["detections_of_predict"] == 3
    assert figures["box_px"] == pytest.approx(shift, abs=0.01)
    assert figures["score"] == pytest.approx(0.0, abs=0.01)


def test_a_python_without_ultralytics_is_told(
    tmp_path: Path, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench_import, "one_thread", lambda: None)
    with pytest.raises(ModelError, match=r"does not answer \(No module named 'ultralytics'\)"):
        compared(
            tmp_path, pictures, "#!/bin/sh\necho \"No module named 'ultralytics'\" >&2\nexit 1\n"
        )
