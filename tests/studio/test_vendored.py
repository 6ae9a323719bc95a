"""Files of others lie here as they came."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("cell/faces/studio/vendor/annotorious", "tests/studio/vendor/axe-core")


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_files_are_those_of_the_manifest(folder: str) -> None:
    manifest = json.loads((ROOT / folder / "manifest.json").read_text())
    files = [file for file in (ROOT / folder).iterdir() if file.name != "manifest.json"]
    sums = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}
    assert sums == manifest["files"]
    package = json.loads((ROOT / folder / "package.json").read_text())
    assert {key: package[key] for key in ("name", "version", "license")} == {
        key: manifest[key] for key in ("name", "version", "license")
    }
    assert manifest["integrity"].startswith("sha512-")


def test_what_is_built_into_the_canvas_is_told() -> None:
    notices = (ROOT / "cell/faces/studio/vendor/THIRD-PARTY-NOTICES.txt").read_text()
    inlined = ("dequal", "nanoevents", "nanoid", "nanostores", "quickselect", "rbush")
    for name in (*inlined, "simplify-js", "svelte", "uuid", "Pelagios Network"):
        assert name in notices
