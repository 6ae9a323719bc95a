"""The controller's five sockets on one host."""

from __future__ import annotations

import asyncio

from twin.listening import listen_tcp
from twin.ur import dashboard, rtde, script
from twin.ur.controller import UrController
from twin.ur.state import TcpState


class UrServer:
    """Listens on UR's fixed ports; `tick` sends RTDE data."""

    def __init__(self, controller: UrController, tcp: TcpState) -> None:
        self._controller = controller
        self._rtde = rtde.RtdeServer(controller, tcp)
        self._servers: list[asyncio.Server] = []

    async def start(self, host: str) -> None:
        """Open the ports. Raises PortError."""
        controller = self._controller
        self._servers.append(
            await listen_tcp(
                host, rtde.PORT, "the arm's RTDE", lambda: rtde.RtdeConnection(self._rtde)
            )
        )
        self._servers.append(
            await listen_tcp(
                host,
                dashboard.PORT,
                "the arm's dashboard",
                lambda: dashboard.DashboardConnection(controller),
            )
        )
        for port in script.PORTS:
            self._servers.append(
                await listen_tcp(
                    host, port, "the arm's scripts", lambda: script.ScriptConnection(controller)
                )
            )

    def tick(self, time: float, reached: float) -> None:
        """Send what is due at `time` [s], which is `reached` [s] on the performance counter."""
        self._rtde.tick(time, reached)

    def close(self) -> None:
        """Stop listening."""
        for server in self._servers:
            server.close()
