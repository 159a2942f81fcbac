"""All hosts of a twin: their directories, their SSH servers, what they share, and the wire from the processes to us."""

import asyncio
import contextlib
import os
import secrets
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import asyncssh

from workers.twin.machines import census, orphans
from workers.twin.machines.coupling import Coupling
from workers.twin.machines.machine import Machine, Wires
from workers.twin.machines.packages import make_package, make_wrong
from workers.twin.machines.secure_shell import SecureShell
from workers.twin.model.hosts import Misconduct
from workers.twin.wire.host import TwinHost
from workers.twin.wire.server import NotStarted

USER = "starrocks"
TICK_S = 0.05
LIMIT_S = 20.0
"""For processes to start or end, which takes a fraction of a second."""


class Fleet:
    """Lives as long as the twin's server; a reset of the twin empties the hosts and keeps their ports and keys."""

    def __init__(self, host: TwinHost, directory: Path, packages: Sequence[str] = ()) -> None:
        self._host = host
        self._directory = directory.resolve()
        self._packages = self._directory / "packages"
        self._versions = packages
        self._wrong: dict[str, str] = {}
        run = self._directory / ".run"
        self._wires = Wires(run / "alive", run / "events")
        self._descriptors: list[int] = []
        self._generation = 0
        self._heard = b""
        self._shells: dict[str, SecureShell] = {}
        self._coupling = self._coupled()
        self._client_key = asyncssh.generate_private_key("ssh-ed25519")
        self._ticking: asyncio.Task[None] | None = None
        self._settling = asyncio.Lock()

    async def start(self) -> None:
        """Everything that the scenario says runs, runs; NotStarted if it does not come up."""
        if sys.platform != "linux":
            raise NotStarted("hosts need Linux: pidfd, /proc and prctl")
        if self._directory.exists() and any(self._directory.iterdir()) and not self._wires.events.is_fifo():
            raise NotStarted(f"{self._directory} is not empty and no twin made it: name another directory")
        shutil.rmtree(self._directory, ignore_errors=True)
        self._wires.events.parent.mkdir(mode=0o700, parents=True)
        self._directory.chmod(0o700)
        for path in (self._wires.alive, self._wires.events):
            os.mkfifo(path, 0o600)
            self._descriptors.append(os.open(path, os.O_RDWR | os.O_NONBLOCK))
        (self._directory / "client_key").touch(mode=0o600)
        self._client_key.write_private_key(self._directory / "client_key")
        for version in self._versions:
            make_package(self._packages, version)
        orphans.adopt()
        asyncio.get_running_loop().add_reader(self._descriptors[1], self._hear)
        self._ticking = asyncio.create_task(self._tick())
        await self._begin()

    async def stop(self) -> None:
        """No process and no listener is left; the directory stays to be looked at."""
        if self._ticking is not None:
            self._ticking.cancel()
        await self._end()
        for shell in self._shells.values():
            await shell.close()
        if self._descriptors:
            asyncio.get_running_loop().remove_reader(self._descriptors[1])
        while self._descriptors:
            os.close(self._descriptors.pop())

    async def settle(self) -> None:
        """After a fault, a statement or a reset: the hosts become what the model says of them."""
        async with self._settling:
            if self._host.twin is not self._coupling.twin:
                await self._end()
                for version in self._wrong:
                    make_package(self._packages, version)
                self._wrong.clear()
                self._coupling = self._coupled()
                await self._begin()
                return
            cluster = self._coupling.twin.cluster
            make_wrong(self._packages, cluster.wrong_packages, self._wrong)
            for key in census.listed(cluster):
                self._with(*key)
                self._coupling.sync_version(key)
            await self._open_new()

    def ready(self) -> dict[str, Any]:
        """What a client needs to log in. Homes differ from host to host: all hosts share one file system."""
        homes = {name: shell.machine.homes() for name, shell in self._shells.items()}
        first = next(iter(homes.values()), {})
        return {
            "user": USER,
            "known_hosts": str(self._directory / "known_hosts"),
            "key_file": str(self._directory / "client_key"),
            "packages": str(self._packages),
            **{f"{process}_home": first.get(process, "") for process in ("be", "cn", "fe")},
            **{f"{place}_dir": first.get(place, "") for place in ("stage", "backup")},
            **self._spare(),
            "homes": homes,
            "ports": {name: shell.port for name, shell in self._shells.items()},
        }

    def _spare(self) -> dict[str, str]:
        """The host that the scenario keeps for rehearsals, and a directory for them."""
        hosts = self._coupling.twin.cluster.hosts.values()
        name = next((host.name for host in hosts if host.spare and host.name in self._shells), "")
        return {"spare": name, "rehearsal_dir": str(self._shells[name].machine.directory / "rehearsal")} if name else {}

    def state(self) -> dict[str, Any]:
        """Per host: where to log in, how often somebody did, and the processes of nodes."""
        hosts: dict[str, Any] = {
            name: {"port": shell.port, "logins": shell.logins, "commands": shell.commands, "processes": {}}
            for name, shell in self._shells.items()
        }
        for (name, process), running in self._coupling.running.items():
            seen = {"pid": running.pid, "version": running.version, "phase": running.phase.name.lower()}
            hosts[name]["processes"][process] = seen
        return hosts

    # --- beginnings and ends

    def _coupled(self) -> Coupling:
        return Coupling(self._host.twin, self._with, self._catch_up)

    async def _begin(self) -> None:
        self._generation += 1
        cluster, coupling = self._coupling.twin.cluster, self._coupling
        for shell in self._shells.values():
            shell.machine.lay_out(self._wires, self._generation)
        keys = census.listed(cluster)
        for key in keys:
            self._with(*key)
        await self._open_new()
        wanted = [key for key in keys if census.should_run(cluster, *key)]
        for key in wanted:
            coupling.spawn(key)
        if not await _until(lambda: all(key in coupling.running for key in wanted)):
            raise NotStarted(f"these did not start: {[key for key in wanted if key not in coupling.running]}")

    async def _end(self) -> None:
        """Processes, open logins and whatever those left running are gone."""
        self._coupling.end()

        def none_left() -> bool:
            for shell in self._shells.values():
                shell.break_off()
            return not self._coupling.held and not any(shell.children or shell.starting for shell in self._shells.values())

        await _until(none_left)
        orphans.end_all(self._awaited())

    async def _tick(self) -> None:
        """Somebody on a host waits for the model's time, or leaves a child behind: neither asks us."""
        while True:
            await asyncio.sleep(TICK_S)
            if self._coupling.leaving():
                self._catch_up()
            if not any(shell.starting for shell in self._shells.values()):
                orphans.reap(self._awaited())

    def _awaited(self) -> set[int]:
        """Children that somebody waits for already."""
        shells = {pid for shell in self._shells.values() for pid in shell.children}
        return shells | {running.pid for running in self._coupling.held}

    def _catch_up(self) -> None:
        if self._host.twin is self._coupling.twin:
            self._host.catch_up()

    def _hear(self) -> None:
        with contextlib.suppress(BlockingIOError):
            self._heard += os.read(self._descriptors[1], 65_536)
        *lines, self._heard = self._heard.split(b"\n")
        for line in lines:
            what, generation, name, process, pid, version = line.decode("ascii", "replace").split(" ", 5)
            if int(generation) == self._generation:
                self._coupling.told(what, (name, process), int(pid), version)

    # --- hosts

    def _with(self, name: str, process: str) -> Machine:
        """The host with that process installed, now if it was not."""
        cluster = self._coupling.twin.cluster
        if name not in self._shells:
            fresh = Machine(name, self._directory / name, USER)
            fresh.lay_out(self._wires, self._generation)
            self._shells[name] = SecureShell(fresh, lambda: self._conduct(name), self._client_key, self._catch_up)
        machine = self._shells[name].machine
        if process not in machine.processes:
            machine.install(process, census.installed(cluster, name, process))
            self._coupling.learn_version((name, process), machine.version(process))
            member = next(iter(census.nodes(cluster, name, process)), None)
            if process == "be" and member is not None:
                machine.register(cluster.cluster_id)
            if process == "fe" and member is None and not census.should_run(cluster, name, process):
                (machine.home("fe") / "meta").mkdir()
            elif process == "fe":
                machine.write_meta(
                    cluster_id=cluster.cluster_id, name=member.name if member else f"{name}_9010_0",
                    role=member.kind if member else "FOLLOWER", journal=cluster.first_journal, token=secrets.token_hex(16),
                )  # fmt: skip
        return machine

    def _conduct(self, name: str) -> Misconduct:
        return census.conduct(self._coupling.twin.cluster, name)

    async def _open_new(self) -> None:
        closed = [shell for shell in self._shells.values() if not shell.port]
        for shell in closed:
            await shell.open()
        for shell in list(self._shells.values()):
            await shell.behave()
        if closed:
            lines = "".join(shell.known_hosts() for shell in self._shells.values())
            (self._directory / "known_hosts").write_text(lines, encoding="ascii")


async def _until(what: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + LIMIT_S
    while not what():
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(0.005)
    return True
