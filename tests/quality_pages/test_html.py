"""Pieces of pages as HTML: what people gave is told as it is, and its lines are broken well."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from cell.faces.quality.html import Link, broken, table
from cell.quality.report.telling import Teller


def test_a_day_stays_whole_and_a_fingerprint_gets_a_line_of_its_own() -> None:
    assert broken("2026-01-05 19:22") == "<span class='qp-whole'>2026-01-05</span> 19:22"
    assert broken("pcb@1.4.1#3f9a") == "pcb@1.4.1#<wbr>3f9a"
    assert broken("r00002-01586") == "r00002-01586"


def test_what_people_gave_is_escaped() -> None:
    assert broken('it\'s <b> & "c" #1') == "it&#x27;s &lt;b&gt; &amp; &quot;c&quot; #<wbr>1"
    told = table(["<i>"], [[Link("<a>", "/?a='b'&c")]], "<t>")
    assert not {"<i>", "<a>", "<t>"} & {told[i : i + 3] for i in range(len(told))}


@pytest.mark.parametrize(("lang", "word"), [("en", "scrap"), ("ko", "폐기")])
def test_a_bin_is_called_as_on_the_operators_page(lang: str, word: str) -> None:
    t = Teller(lang, ZoneInfo("Asia/Seoul"), str)
    assert t.bin("scrap") == word
    assert t.bin("C-07") == "C-07", "a plant's own"
    assert (t.bin(""), t.second(1_769_860_807 * 10**9)) == ("", "2026-01-31 21:00:07")
