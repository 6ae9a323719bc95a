"""Belts with one fault each, on the example of docs/extend.md; run in the vendor's folder."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import pytest
from acme_belt import AcmeBelt  # type: ignore[import-not-found]
from test_acme_belt import Rig  # type: ignore[import-not-found]

from robot.base import BeltError, BeltSilentError
from robot.contracts.belt import BeltContract


class Broken(BeltContract):
    driver: Any

    @pytest.fixture
    def rig(self) -> Any:
        rig = Rig()
        rig.driver = self.driver
        rig.driver.Config = AcmeBelt.Config
        yield rig
        rig.device.close()


class TestReadRenewsTheLease(Broken):
    class driver(AcmeBelt):  # type: ignore[misc] # noqa: N801
        last: tuple[Any, ...] = ()

        def refresh(self, *order: Any) -> None:
            super().refresh(*order)
            self.last = order

        def read(self) -> Any:
            if self.last and self.last[0]:
                super().refresh(*self.last)
            return super().read()


class TestAcknowledgesTheInterlock(Broken):
    class driver(AcmeBelt):  # type: ignore[misc] # noqa: N801
        def refresh(self, *order: Any) -> None:
            if order[0] and self._ask()["watchdog"]:
                super().refresh(False, *order[1:])
            super().refresh(*order)


class TestAnEdgeIsWhereItIsRead(Broken):
    class driver(AcmeBelt):  # type: ignore[misc] # noqa: N801
        def read(self) -> Any:
            sample, edges = super().read()
            return sample, [replace(edge, encoder_m=sample.encoder_m) for edge in edges]


class TestForgetsOverASilence(Broken):
    class driver(AcmeBelt):  # type: ignore[misc] # noqa: N801
        def read(self) -> Any:
            try:
                return super().read()
            except BeltSilentError:
                self._seen = None
                raise


class TestEdgesByKind(Broken):
    class driver(AcmeBelt):  # type: ignore[misc] # noqa: N801
        def read(self) -> Any:
            sample, edges = super().read()
            return sample, sorted(edges, key=lambda edge: edge.kind)


class TestDropsTheFirstOfMany(Broken):
    class driver(AcmeBelt):  # type: ignore[misc] # noqa: N801
        def read(self) -> Any:
            try:
                return super().read()
            except BeltSilentError:
                raise
            except BeltError as error:
                if "edges lost" not in str(error):
                    raise
                return super().read()


class _Raw:
    def update(self, raw: int) -> int:
        return raw

    near = update


class TestTheCounterEnds(Broken):
    class driver(AcmeBelt):  # type: ignore[misc] # noqa: N801
        def _forget(self) -> None:
            super()._forget()
            self._encoder = _Raw()


class TestSpeedWithoutSign(Broken):
    class driver(AcmeBelt):  # type: ignore[misc] # noqa: N801
        def read(self) -> Any:
            sample, edges = super().read()
            return replace(sample, speed_m_s=-sample.speed_m_s), edges


class TestARestartIsNotSeen(Broken):
    class driver(AcmeBelt):  # type: ignore[misc] # noqa: N801
        def _check_same_power_up(self, clock_ms: int, counters: Any) -> None:
            self._clock_ms = clock_ms
            if self._seen and any(counters[kind] < seen for kind, seen in self._seen.items()):
                self._forget()


class TestCloseLeavesItRunning(Broken):
    class driver(AcmeBelt):  # type: ignore[misc] # noqa: N801
        def close(self) -> None:
            self._line.close()
            self._forget()


class TestTheWrongClock(Broken):
    class driver(AcmeBelt):  # type: ignore[misc] # noqa: N801
        def read(self) -> Any:
            sample, edges = super().read()
            return replace(sample, stamp_ns=time.monotonic_ns()), edges
