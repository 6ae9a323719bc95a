"""The vendor's folders, made once."""

from __future__ import annotations

import pytest

from cell.texts import render
from models.ground import contract
from tests.contracts.vendor import Vendor

contract.WORDS.append(render)  # our own drivers' texts are judged by their English


@pytest.fixture(scope="session")
def vendor(tmp_path_factory: pytest.TempPathFactory) -> Vendor:
    """The folders of docs/extend.md, written and installed."""
    return Vendor.install(tmp_path_factory.mktemp("vendor"))
