"""The queue's and the work page's word on a verdict names people, not the cell's own parts."""

from __future__ import annotations

import pytest

from cell.faces.studio.about import verdict
from cell.labels.values import OF_THE_CELL, About


@pytest.mark.parametrize(("lang", "word"), [("en", "REJECT"), ("ko", "불합격")])
def test_a_verdict_names_who_gave_it_where_a_person_did(lang: str, word: str) -> None:
    assert verdict(About(verdict="reject", verdict_by="lee"), lang) == f"{word} (lee)"
    for by in ("", *OF_THE_CELL):
        assert verdict(About(verdict="reject", verdict_by=by), lang) == word
