"""The rules of edges: once each, in order, none lost."""

from __future__ import annotations

import time

from models.ground.contract import (
    Found,
    refused,
    require,
)
from robot.base import Belt, BeltEdge, BeltError, BeltSample, BeltSilentError, EdgeKind
from robot.contracts.belt_bench import (
    NEAR_M,
    ORDER,
    SILENT_S,
    STAMP_S,
    BeltRig,
    BeltRules,
    again,
    drive,
    heard,
    named,
    read,
)


class BeltEdges(BeltRules):
    """The rules of edges: once each, in order, none lost."""

    def test_every_edge_comes_once_and_in_order(self, rig: BeltRig, belt: Belt) -> None:
        """`read` gives each edge once, oldest first, each kind numbered without a gap.

        Why: an edge is a part; one too few passes uninspected, one too many rejects another's.
        Do: compare the device's counters with those of the last reading; sort by their clock.
        """
        read(belt)
        for kind in ORDER:
            rig.edge(kind)
            time.sleep(0.03)
        edges = heard(belt, len(ORDER))
        require([e.kind for e in edges] == list(ORDER), f"the order was {named(ORDER)}, it gave "
                f"{named(e.kind for e in edges)}")  # fmt: skip
        for kind in EdgeKind:
            numbers = [edge.index for edge in edges if edge.kind is kind]
            require(
                numbers == list(range(numbers[0], numbers[0] + len(numbers))),
                f"edges of kind {kind} have the numbers {numbers}",
            )
        _, again = read(belt)
        require(not again, f"{len(again)} edges came a second time")

    def test_the_counters_are_those_of_the_edges(self, rig: BeltRig, belt: Belt) -> None:
        """`arrivals`, `exposures` and `exits` are the numbers of the newest edges.

        Why: the ledger counts by them whether it has heard of each.
        Do: take both from one reading of the device.
        """
        read(belt)
        for kind in EdgeKind:
            rig.edge(kind)
        edges = heard(belt, len(EdgeKind))
        sample, _ = read(belt)
        told = {
            EdgeKind.ARRIVAL: sample.arrivals,
            EdgeKind.EXPOSURE: sample.exposures,
            EdgeKind.EXIT: sample.exits,
        }
        for edge in edges:
            require(
                told[edge.kind] == edge.index,
                f"the newest {edge.kind} has number {edge.index}, its counter says "
                f"{told[edge.kind]}",
            )

    def test_edges_of_before_are_not_told(self, rig: BeltRig) -> None:
        """Edges from before `connect` are not reported.

        Why: the belt's contents are unknown then, and a person clears it.
        Do: take the counters at `connect` for seen.
        """
        rig.edge(EdgeKind.ARRIVAL)
        belt: Belt = rig.driver(rig.config())
        again(belt.connect)
        _, edges = read(belt)
        belt.close()
        require(not edges, f"{len(edges)} edges from before connect were reported")

    def test_an_edge_tells_where_the_belt_was(self, rig: BeltRig, belt: Belt) -> None:
        """An edge carries the encoder and the time at which it happened, not those of the reading.

        Why: the robot grips by it, to a millimetre, at 0.2 m/s.
        Do: have the device latch encoder and clock at the edge; a poll is 4 mm late.
        """
        start_m, began_m = read(belt)[0].encoder_m, rig.travel()
        happened: list[tuple[float, int]] = []

        def cause(sample: BeltSample) -> None:
            if not happened and sample.encoder_m > start_m + 0.03:
                before_m, now_ns = rig.travel(), time.time_ns()
                rig.edge(EdgeKind.ARRIVAL)
                happened.append(((before_m + rig.travel()) / 2 - began_m, now_ns))
                time.sleep(0.25)  # the next reading comes 25 mm later

        edges = drive(belt, seen=cause, for_s=1.2)
        require(len(edges) == 1, f"one edge happened, {len(edges)} came")
        at_m, now_ns = happened[0]
        off_m = edges[0].encoder_m - start_m - at_m
        off_s = (edges[0].stamp_ns - now_ns) / 1e9
        require(abs(off_m) < NEAR_M, f"it is told {off_m * 1e3:+.1f} mm from where it was")
        require(abs(off_s) < STAMP_S, f"it is told {off_s:+.3f} s from when it was")

    def test_no_edge_is_lost_with_a_connection(self, rig: BeltRig, belt: Belt) -> None:
        """Edges that happen while the connection is down come afterwards, each once.

        Why: a loose cable must not cost a part its identity.
        Do: have the device keep the last edges; on a new connection go on from the counters.
        """
        read(belt)
        rig.edge(EdgeKind.ARRIVAL)
        rig.hang_up()
        for kind in (EdgeKind.EXPOSURE, EdgeKind.ARRIVAL):
            rig.edge(kind)
            time.sleep(0.03)
        edges = heard(belt, 3)
        due = [EdgeKind.ARRIVAL, EdgeKind.EXPOSURE, EdgeKind.ARRIVAL]
        require([e.kind for e in edges] == due, f"it gave {named(e.kind for e in edges)}")

    def test_no_edge_is_lost_over_a_silence(self, rig: BeltRig, belt: Belt) -> None:
        """A silent device raises BeltSilentError within 0.5 s; its edges come afterwards.

        Why: BeltSilentError says that nothing is lost: the node asks again before the watchdog
        stops the belt.
        Do: a time limit of 0.1 s for each request; count an edge as seen when it was returned.
        """
        read(belt)
        rig.cut()
        try:
            refused(BeltSilentError, belt.read, "read of a silent device", SILENT_S)
            rig.edge(EdgeKind.ARRIVAL)
        finally:
            rig.mend()
        edges = heard(belt, 1)
        require(len(edges) == 1, f"one edge happened, {len(edges)} came")

    def test_edges_are_all_there_or_an_error(self, rig: BeltRig, belt: Belt) -> None:
        """Where more edges happened than the device keeps, BeltError says so.

        Why: parts of which nothing is known lie on the belt; a person must clear it.
        Do: raise BeltError when the counter went on further than the edges that can be read.
        """
        read(belt)
        for _ in range(40):
            rig.edge(EdgeKind.ARRIVAL)
        edges: list[BeltEdge] = []
        try:
            for _ in range(5):
                edges += read(belt)[1]
        except BeltSilentError as error:
            raise Found("it raised BeltSilentError, which says that nothing is lost") from error
        except BeltError:
            return
        require(len(edges) == 40, f"40 edges happened, {len(edges)} came, and no error")
