"""What the steps of a node's life took of ROS, and its threads, so that each can be given back
whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from rclpy.action import ActionClient, ActionServer
from rclpy.lifecycle import LifecycleNode
from rclpy.waitable import Waitable

from cell.nodes.workers import Sign, StuckError, Worker

GiveBack = Callable[[], object]


class Taken:
    """Steps, the newest last; each a list of ways to give something back.

    What is noted while no step is open stays for the node's whole life.
    """

    def __init__(self) -> None:
        self._steps: list[list[GiveBack]] = []

    @property
    def depth(self) -> int:
        """How many steps are open."""
        return len(self._steps)

    def open(self) -> None:
        """Begin a step."""
        self._steps.append([])

    def note(self, give_back: GiveBack) -> None:
        """Something was taken in the newest step."""
        if self._steps:
            self._steps[-1].append(give_back)

    def close(self) -> None:
        """Give back what the newest step took, the last first."""
        step = self._steps.pop()
        while step:
            step.pop()()


class TakingNode(LifecycleNode):
    """A node that notes what is created through it, by itself or by its helpers."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.taken = Taken()  # before the first publisher, which rclpy itself makes
        self._workers: list[Worker] = []
        super().__init__(*args, **kwargs)

    def create_publisher(self, *args: Any, **kwargs: Any) -> Any:
        made = super().create_publisher(*args, **kwargs)
        self.taken.note(lambda: self.destroy_publisher(made))
        return made

    def create_subscription(self, *args: Any, **kwargs: Any) -> Any:
        made = super().create_subscription(*args, **kwargs)
        self.taken.note(lambda: self.destroy_subscription(made))
        return made

    def create_client(self, *args: Any, **kwargs: Any) -> Any:
        made = super().create_client(*args, **kwargs)
        self.taken.note(lambda: self.destroy_client(made))
        return made

    def create_service(self, *args: Any, **kwargs: Any) -> Any:
        made = super().create_service(*args, **kwargs)
        self.taken.note(lambda: self.destroy_service(made))
        return made

    def create_timer(self, *args: Any, **kwargs: Any) -> Any:
        made = super().create_timer(*args, **kwargs)
        self.taken.note(lambda: self.destroy_timer(made))
        return made

    def create_guard_condition(self, *args: Any, **kwargs: Any) -> Any:
        made = super().create_guard_condition(*args, **kwargs)
        self.taken.note(lambda: self.destroy_guard_condition(made))
        return made

    def add_waitable(self, waitable: Waitable) -> None:
        """Servers and clients of actions come this way; events go with their publishers."""
        super().add_waitable(waitable)
        if isinstance(waitable, ActionServer | ActionClient):
            self.taken.note(lambda: waitable in self.waitables and waitable.destroy())

    def start_worker(
        self,
        name: str,
        work: Callable[[Worker], None],
        patience_s: float = float("inf"),
        *,
        once: bool = False,
    ) -> Worker:
        """A thread whose end or standstill shows in this node's health; see `Worker`."""
        self._workers = [worker for worker in self._workers if not worker.done]
        self._workers.append(Worker(name, work, patience_s, once=once))
        return self._workers[-1]

    def end_workers(self) -> None:
        """End every thread of this node, before what they use goes.

        Raises StuckError, after all have been told and waited for.
        """
        workers, self._workers = self._workers, []
        stuck: list[str] = []
        for worker in workers:
            worker.tell_to_end()
        for worker in workers:
            try:
                worker.end()
            except StuckError as error:
                stuck.append(str(error))
        if stuck:
            raise StuckError(f"{self.get_name()}: {'; '.join(stuck)}")

    def signs(self) -> Iterable[Sign]:
        """The threads that this node answers for; with drivers' own, where they tell."""
        return tuple(self._workers)
