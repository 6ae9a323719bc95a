"""Two machines in one: network namespaces with a link between them that can be cut, and shared
memory of their own. Linux, as root.
"""

from __future__ import annotations

import ctypes
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

from cell.launcher.group import Group
from cell.nodes.child import Child

CLONE_FS, CLONE_NEWNS, CLONE_NEWNET = 0x00000200, 0x00020000, 0x40000000
PROFILE: Final = """<?xml version="1.0" encoding="UTF-8"?>
<dds xmlns="http://www.eprosima.com">
  <profiles>
    <transport_descriptors>
      <transport_descriptor>
        <transport_id>link</transport_id>
        <type>UDPv4</type>
        <interfaceWhiteList><address>127.0.0.1</address><address>{address}</address></interfaceWhiteList>
      </transport_descriptor>
    </transport_descriptors>
    <participant profile_name="cell" is_default_profile="true">
      <rtps>
        <useBuiltinTransports>false</useBuiltinTransports>
        <userTransports><transport_id>link</transport_id></userTransports>
        <builtin>
          <discovery_config>
            <leaseDuration><sec>5</sec></leaseDuration>
            <leaseAnnouncement><sec>1</sec><nanosec>0</nanosec></leaseAnnouncement>
          </discovery_config>
        </builtin>
      </rtps>
    </participant>
  </profiles>
</dds>
"""
"""ROS on the link between the two alone; nothing of it on the network of PLC and arm."""


class Machine:
    """A namespace of network, host name and mounts, for as long as its holder lives."""

    def __init__(self, name: str, folder: Path, stack: ExitStack) -> None:
        self.name, self._folder = name, folder
        mounts = f"mount -t tmpfs tmpfs /dev/shm && hostname {name} && ip link set lo up"
        words = ["unshare", "--net", "--mount", "--uts", "sh", "-c", f"{mounts} && exec sleep 1e9"]
        self._holder = subprocess.Popen(words)
        stack.callback(self._holder.wait)
        stack.callback(self._holder.kill)

    @property
    def pid(self) -> int:
        """Of its holder."""
        return self._holder.pid

    @property
    def words(self) -> list[str]:
        """What goes before a command that is to run there."""
        return ["nsenter", "--net", "--mount", "--uts", f"--target={self.pid}", "--"]

    def run(self, *command: str) -> None:
        """Run a command there."""
        subprocess.run([*self.words, *command], check=True)

    def ready(self) -> bool:
        """Whether its holder holds: it has its name."""
        words = [*self.words, "hostname"]
        return subprocess.run(words, capture_output=True, text=True).stdout.strip() == self.name

    def environment(self, address: str, base: Mapping[str, str]) -> dict[str, str]:
        """Of what runs there. address: its own on the link."""
        profile = self._folder / f"{self.name}.xml"
        profile.write_text(PROFILE.format(address=address), encoding="utf-8")
        own = {"ROS_AUTOMATIC_DISCOVERY_RANGE": "SUBNET"}
        return {**base, **own, "FASTRTPS_DEFAULT_PROFILES_FILE": str(profile)}

    def enter(self) -> None:
        """This process goes there, for good. Before its first thread."""
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.unshare(CLONE_FS):
            raise OSError(ctypes.get_errno(), "unshare")
        for name, kind in (("net", CLONE_NEWNET), ("uts", 0), ("mnt", CLONE_NEWNS)):
            with open(f"/proc/{self.pid}/ns/{name}") as space:
                if libc.setns(space.fileno(), kind):
                    raise OSError(ctypes.get_errno(), f"setns {name}")


class Elsewhere(Group):
    """Processes on a machine."""

    def __init__(
        self, machine: Machine, logs: Path, env: Mapping[str, str], say: Callable[[str], None]
    ) -> None:
        super().__init__(logs, env, say)
        self._machine = machine

    def start(self, name: str, command: Sequence[str], **given: Any) -> Child:
        return super().start(name, [*self._machine.words, *command], **given)


class Cable:
    """Between two machines: ends with addresses [in prefix notation]."""

    def __init__(
        self, name: str, ends: tuple[Machine, Machine], addresses: tuple[str, str]
    ) -> None:
        self._name, self._end = name, ends[0]
        one, other = (f"{name}{number}" for number in range(2))
        words = ["ip", "link", "add", one, "type", "veth", "peer", "name", other]
        subprocess.run(words, check=True)
        for end, link, address in zip(ends, (one, other), addresses, strict=True):
            subprocess.run(["ip", "link", "set", link, "netns", str(end.pid)], check=True)
            end.run("ip", "address", "add", address, "dev", link)
            end.run("ip", "link", "set", link, "up")
            if name == "ros":
                end.run("ip", "route", "add", "224.0.0.0/4", "dev", link)

    def plug(self, *, on: bool) -> None:
        """Pull it, or put it in again."""
        self._end.run("ip", "link", "set", f"{self._name}0", "up" if on else "down")
