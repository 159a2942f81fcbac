"""All hosts of a twin. A node is up exactly while the process under its home runs, whoever moved first.

A process that starts, is signalled or ends tells the model; a node that the model stops or starts (a fault, an election)
gets its process killed or started. What the model was told by a process does not come back to that process.
"""

import asyncio
import contextlib
import os
import secrets
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import asyncssh

from workers.twin.life import processes
from workers.twin.machines import orphans
from workers.twin.machines.installation import numbers
from workers.twin.machines.machine import Machine, Wires
from workers.twin.machines.packages import make_package, make_wrong
from workers.twin.machines.running import Phase, Running, conclude, hold, watch
from workers.twin.machines.secure_shell import SecureShell
from workers.twin.model.hosts import Host, Misconduct, Program
from workers.twin.model.nodes import Backend, ComputeNode
from workers.twin.wire.host import TwinHost

MOST = 200
"""A bigger cluster has no hosts to log in to: two processes each are more than a test machine should carry."""
START_S = {"be": 10.0, "cn": 5.0, "fe": 15.0}
"""Simulated seconds from the start of a process until it serves; operators report 10 s to minutes."""
EXIT_S = 2.0  # invented: a backend that was asked to go closes its storage
DRAIN_S = 20.0  # be: loop_count_wait_fragments_finish x 10 s, 0 before 3.4.2
TICK_S = 0.05
UP_LIMIT_S = 20.0
USER = "starrocks"


class Fleet:
    """The machines, their SSH servers, and the processes that run there."""

    def __init__(self, host: TwinHost, directory: Path, packages: Sequence[str] = ()) -> None:
        self._host = host
        self._directory = directory.resolve()
        self._versions = packages
        self._made: dict[str, str] = {}
        self._wires = Wires(self._directory / ".run" / "alive", self._directory / ".run" / "events")
        self._descriptors: list[int] = []
        self._twin = host.twin
        self._generation = 0
        self._shells: dict[str, SecureShell] = {}
        self._running: dict[tuple[str, str], Running] = {}
        self._held: set[Running] = set()
        self._expected: set[tuple[str, str]] = set()
        """Started because the model says that they run: nothing is news to it."""
        self._known: dict[tuple[str, str], str] = {}
        """The versions as the model had them when they were last as on the disks."""
        self._tail = b""
        self._client_key = asyncssh.generate_private_key("ssh-ed25519")
        self._ticking: asyncio.Task[None] | None = None
        self._settling = asyncio.Lock()

    # --- life

    async def start(self) -> None:
        """Everything that the scenario says runs, runs; RuntimeError if it does not come up."""
        shutil.rmtree(self._directory, ignore_errors=True)
        self._wires.events.parent.mkdir(mode=0o700, parents=True)
        self._directory.chmod(0o700)
        for path in (self._wires.alive, self._wires.events):
            os.mkfifo(path, 0o600)
        alive = os.open(self._wires.alive, os.O_RDWR)
        events = os.open(self._wires.events, os.O_RDWR | os.O_NONBLOCK)
        self._descriptors = [alive, events]
        key = self._directory / "client_key"
        key.touch(mode=0o600)
        self._client_key.write_private_key(key)
        for version in self._versions:
            make_package(self._directory / "packages", version)
        orphans.adopt()
        asyncio.get_running_loop().add_reader(events, self._hear)
        self._ticking = asyncio.create_task(self._tick())
        await self._begin()

    async def stop(self) -> None:
        """No process and no listener is left; the directory stays to be looked at."""
        if self._ticking is not None:
            self._ticking.cancel()
        self._forsake()
        for shell in self._shells.values():
            await shell.close()
        await self._emptied()
        orphans.end_all(self._awaited())
        if self._descriptors:
            asyncio.get_running_loop().remove_reader(self._descriptors[1])
        for descriptor in self._descriptors:
            os.close(descriptor)
        self._descriptors = []

    async def settle(self) -> None:
        """After a fault, a statement or a reset: the hosts become what the model says of them."""
        async with self._settling:
            await self._settle()

    async def _settle(self) -> None:
        if self._host.twin is not self._twin:
            self._forsake()
            for shell in self._shells.values():
                shell.hang_up()
            await self._emptied()
            orphans.end_all(self._awaited())
            self._twin = self._host.twin
            await self._begin()
            return
        make_wrong(self._directory / "packages", self._twin.cluster.wrong_packages, self._made)
        for name, process in self._listed():
            if process not in self._machine(name).processes:
                self._install(name, process)
        for name in list(self._shells):
            await self._settle_host(name)
        await self._open_new()

    async def _begin(self) -> None:
        self._generation += 1
        self._twin.cluster.process_moved.append(self._moved)
        for version in self._made:
            make_package(self._directory / "packages", version)
        self._made.clear()
        for shell in self._shells.values():
            shell.machine.lay_out(self._wires, self._generation)
        wanted = []
        for name, process in self._listed():
            self._install(name, process)
            if self._should_run(name, process):
                wanted.append((name, process))
        await self._open_new()
        for name, process in wanted:
            self._spawn(name, process)
        deadline = time.monotonic() + UP_LIMIT_S
        while missing := [key for key in wanted if key not in self._running]:
            if time.monotonic() > deadline:
                raise RuntimeError(f"these processes did not start: {missing}")
            await asyncio.sleep(0.005)

    def _forsake(self) -> None:
        """Every process is killed, and no event of theirs is news."""
        self._running.clear()
        self._expected.clear()
        for running in self._held:
            running.phase = Phase.KILLED
            running.kill()
        for shell in self._shells.values():
            shell.kill_shells()

    async def _emptied(self) -> None:
        deadline = time.monotonic() + UP_LIMIT_S
        while (self._held or any(shell.children or shell.starting for shell in self._shells.values())) and (
            time.monotonic() < deadline
        ):
            for shell in self._shells.values():
                shell.kill_shells()
            await asyncio.sleep(0.005)

    async def _tick(self) -> None:
        """Somebody on a host waits for the model's time, or leaves a child behind: neither asks us."""
        while True:
            await asyncio.sleep(TICK_S)
            if any(running.phase is Phase.LEAVING for running in self._held):
                self._host.catch_up()
            if not any(shell.starting for shell in self._shells.values()):
                orphans.reap(self._awaited())

    def _awaited(self) -> set[int]:
        shells = {pid for shell in self._shells.values() for pid in shell.children}
        return shells | {running.pid for running in self._held}

    # --- hosts

    def ready(self) -> dict[str, Any]:
        """What a client needs to log in. Homes differ from host to host: they share one file system."""
        first = next(iter(self._shells.values())).machine.homes() if self._shells else {}
        return {
            "user": USER,
            "known_hosts": str(self._directory / "known_hosts"),
            "key_file": str(self._directory / "client_key"),
            "packages": str(self._directory / "packages"),
            **{f"{process}_home": first.get(process, "") for process in ("be", "cn", "fe")},
            "stage_dir": first.get("stage_dir", ""),
            "backup_dir": first.get("backup_dir", ""),
            "homes": {name: shell.machine.homes() for name, shell in self._shells.items()},
            "ports": {name: shell.port for name, shell in self._shells.items()},
        }

    def state(self) -> dict[str, Any]:
        """Per host: where to log in, and the pids of the nodes' processes."""
        return {
            name: {
                "port": shell.port,
                "processes": {
                    running.process: {"pid": running.pid, "version": running.version, "phase": running.phase.name.lower()}
                    for running in self._running.values()
                    if running.host == name
                },
            }
            for name, shell in self._shells.items()
        }

    def _listed(self) -> list[tuple[str, str]]:
        """Host and process of every node, and of hosts that were prepared for some."""
        cluster = self._twin.cluster
        if len(cluster.backends) > MOST:
            return []
        found = [(node.host, "be") for node in cluster.backends.values()]
        found += [(node.host, "cn") for node in cluster.compute_nodes.values()]
        found += [(frontend.host, "fe") for frontend in (*cluster.frontends, *cluster.zombies)]
        named = {host for host, _ in found}
        for host in list(cluster.hosts.values()):
            if host.name not in named:
                found += [(host.name, host.storage.kind or "be"), (host.name, "fe")]
        return list(dict.fromkeys(found))

    def _should_run(self, name: str, process: str) -> bool:
        nodes = self._nodes(name, process)
        return any(node.process_up for node in nodes) if nodes else self._program(name, process).running

    def _nodes(self, name: str, process: str) -> list[Any]:
        cluster = self._twin.cluster
        every: dict[str, list[Any]] = {
            "be": list(cluster.backends.values()),
            "cn": list(cluster.compute_nodes.values()),
            "fe": [*cluster.frontends, *cluster.zombies],
        }
        return [node for node in every[process] if node.host == name]

    def _machine(self, name: str) -> Machine:
        if name not in self._shells:
            machine = Machine(name, self._directory / name, USER)
            machine.lay_out(self._wires, self._generation)
            self._shells[name] = SecureShell(machine, lambda: self._conduct(name), self._client_key, self._look)
        return self._shells[name].machine

    def _install(self, name: str, process: str) -> None:
        cluster, machine = self._twin.cluster, self._machine(name)
        versions = [node.version for node in self._nodes(name, process)]
        machine.install(process, self._program(name, process).version or next(filter(None, versions), cluster.version.release))
        self._known[name, process] = self._program(name, process).version = machine.version(process)
        if process == "fe":
            member = next(iter(self._nodes(name, process)), None)
            machine.write_meta(
                cluster_id=cluster.cluster_id, name=member.name if member else f"{name}_9010_0",
                role=member.kind if member else "FOLLOWER", journal=cluster.first_journal, token=secrets.token_hex(16),
            )  # fmt: skip

    async def _open_new(self) -> None:
        closed = [shell for shell in self._shells.values() if not shell.port]
        for shell in closed:
            await shell.open()
        if closed:
            lines = "".join(shell.known_hosts() for shell in self._shells.values())
            (self._directory / "known_hosts").write_text(lines, encoding="ascii")

    async def _settle_host(self, name: str) -> None:
        shell, conduct = self._shells[name], self._conduct(name)
        shell.machine.fill_disk(conduct.disk_full)
        if conduct.pid_files_lost:
            conduct.pid_files_lost = False
            shell.machine.lose_pid_files()
        for process in shell.machine.processes:
            self._sync_version(name, process)
        if conduct.unreachable:
            await shell.refuse()
        elif shell.port:
            await shell.open()

    def _sync_version(self, name: str, process: str) -> None:
        """A fault that changes what is installed shows on the disk; what people put there is theirs."""
        wanted = self._program(name, process).version
        if wanted and wanted != self._known.get((name, process)):
            self._machine(name).set_version(process, wanted)
            self._known[name, process] = wanted

    # --- what processes tell

    def _hear(self) -> None:
        with contextlib.suppress(BlockingIOError):
            self._tail += os.read(self._descriptors[1], 65_536)
        *lines, self._tail = self._tail.split(b"\n")
        for line in lines:
            what, generation, name, process, pid, version = line.decode("ascii", "replace").split(" ", 5)
            if int(generation) == self._generation and self._host.twin is self._twin:
                self._look()
                if what == "start":
                    self._started(name, process, int(pid), version)
                else:
                    self._signalled(self._running.get((name, process)), int(pid), what)

    def _started(self, name: str, process: str, pid: int, version: str) -> None:
        key, conduct = (name, process), self._conduct(name)
        expected = key in self._expected
        self._expected.discard(key)
        running = hold(name, process, pid, version, Phase.SERVING if expected else Phase.STARTING)
        if running is None:
            return
        self._held.add(running)
        watch(running, self._ended)
        if key in self._running:
            conclude(self._running[key], self._ended)
        present = self._running.get(key)
        if process in conduct.never_starts or (present and present.phase is not Phase.KILLED):
            text = "the ports are taken" if present else "cannot start: storage is not what the metadata say"
            self._machine(name).note(process, text)
            running.phase = Phase.KILLED
            running.kill()
            return
        self._running[key] = running
        program = self._program(name, process)
        self._known[key] = program.version = version
        program.running = True
        if process != "fe":
            program.kind = process
        if not expected:
            delay = conduct.start_s.get(process, START_S[process])
            self._twin.cluster.agenda.after(delay, lambda: self._serves(running))

    def _serves(self, running: Running) -> None:
        if running.phase is Phase.STARTING:
            running.phase = Phase.SERVING
            processes.start(self._twin.course, running.host, frontend=running.process == "fe")
            members = self._nodes(running.host, "fe") if running.process == "fe" else []
            if members and not any(member.process_up for member in members):
                self._machine(running.host).note("fe", "this frontend is not wanted by the others, see their logs")
                running.kill()

    def _signalled(self, running: Running | None, pid: int, what: str) -> None:
        """TERM or USR1. A frontend goes at once on TERM and hands over on USR1; the others on USR1 do nothing."""
        if running is None or running.pid != pid or running.phase is Phase.KILLED or self._conduct(running.host).ignores_term:
            return
        course, newer = self._twin.course, numbers(running.version) >= (3, 4, 2)
        if running.process == "fe":
            members = [member for member in self._nodes(running.host, "fe") if member.process_up]
            if what == "term" or not members or not newer:
                running.kill()
                return
            running.phase = Phase.LEAVING
            for member in members:
                course.election.stop_gracefully(member)
        elif what == "term" and running.phase is not Phase.LEAVING:
            nodes: list[Backend | ComputeNode] = self._nodes(running.host, running.process)
            busy = newer and any(node.running_queries for node in nodes)
            running.phase = Phase.LEAVING
            if self._twin.cluster.version.status_codes:
                processes.stop(course, running.host, frontend=False, graceful=True)
            self._twin.cluster.agenda.after(DRAIN_S if busy else EXIT_S, running.kill)

    def _ended(self, running: Running) -> None:
        self._held.discard(running)
        key = (running.host, running.process)
        if self._running.get(key) is not running:
            return
        del self._running[key]
        self._look()
        self._program(*key).running = False
        known, running.phase = running.phase is Phase.KILLED, Phase.KILLED
        if not known:
            processes.stop(self._twin.course, running.host, frontend=running.process == "fe")
            if self._conduct(running.host).resurrects:
                self._machine(running.host).spawn(running.process)

    # --- what the model tells

    def _moved(self, name: str, process: str, up: bool) -> None:
        running = self._running.get((name, process))
        if up:
            if running is None or running.phase is Phase.KILLED:
                if process not in self._machine(name).processes:
                    self._install(name, process)
                self._sync_version(name, process)
                self._spawn(name, process)
        elif running is not None and not (running.phase is Phase.LEAVING and process != "fe"):
            running.phase = Phase.KILLED
            running.kill()

    def _spawn(self, name: str, process: str) -> None:
        self._expected.add((name, process))
        self._machine(name).spawn(process)

    # --- inside

    def _look(self) -> None:
        if self._host.twin is self._twin:
            self._host.catch_up()

    def _host_of(self, name: str) -> Host:
        return self._twin.cluster.host(name)

    def _program(self, name: str, process: str) -> Program:
        host = self._host_of(name)
        return host.frontend if process == "fe" else host.storage

    def _conduct(self, name: str) -> Misconduct:
        return self._host_of(name).misconduct
