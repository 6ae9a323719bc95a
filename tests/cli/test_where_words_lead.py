"""Where a message sends its reader: to a page that is there and says what was promised."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXTS = [
    *sorted((ROOT / "cell/texts").glob("*.po")),
    *(file for room in ("cell", "vision", "models") for file in (ROOT / room).rglob("*.py")),
]
PAGE = re.compile(r"(?<![\w/])docs/[\w-]+\.md")


def test_each_page_that_words_or_code_name_is_there() -> None:
    named = {(name, file.name) for file in TEXTS for name in PAGE.findall(file.read_text("utf-8"))}
    assert len(named) > 3
    assert not [(name, file) for name, file in named if not (ROOT / name).is_file()]


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_who_lacks_the_extra_is_sent_to_the_page_that_tells_how_to_get_it(lang: str) -> None:
    lines = (ROOT / f"cell/texts/{lang}.po").read_text("utf-8").splitlines()
    told = [line for line in lines if "'train'" in line]
    assert len(told) == 2
    for line in told:
        pages = PAGE.findall(line)
        assert pages
        assert all("'.[train]'" in (ROOT / page).read_text("utf-8") for page in pages)
