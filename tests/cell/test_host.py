"""What a virtual machine's host took away is told."""

from __future__ import annotations

from collections import namedtuple

import psutil
import pytest

from cell.launcher.host import HostShare

Times = namedtuple("Times", "user idle steal guest")


def test_the_share_that_others_had_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    readings = iter([Times(10.0, 10.0, 1.0, 4.0), Times(16.0, 11.0, 4.0, 10.0)])
    monkeypatch.setattr(psutil, "cpu_times", lambda: next(readings))
    # 6 s for users, all of them guests, 1 s idle, 3 s stolen
    assert HostShare().lost_percent() == pytest.approx(30.0)


def test_a_machine_that_cannot_tell_lost_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = namedtuple("plain", "user idle")
    readings = iter([plain(1.0, 1.0), plain(2.0, 2.0)])
    monkeypatch.setattr(psutil, "cpu_times", lambda: next(readings))
    assert HostShare().lost_percent() == 0.0
