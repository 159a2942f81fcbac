"""One host's SSH server: commands run by /bin/sh in the host's directory, and files. Keys only; loopback only."""

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import Callable
from typing import Any

import asyncssh

from workers.twin.machines.machine import Machine
from workers.twin.model.hosts import Misconduct

LOOPBACK = "127.0.0.1"
CHUNK = 65_536
NAMES = {number.value: number.name.removeprefix("SIG") for number in signal.Signals}


class SecureShell:
    """Listens on a port of its own for as long as the twin runs; `look` is called before each command."""

    def __init__(
        self, machine: Machine, conduct: Callable[[], Misconduct], client_key: asyncssh.SSHKey, look: Callable[[], None]
    ) -> None:
        self.machine = machine
        self.key = asyncssh.generate_private_key("ssh-ed25519")
        self.port = 0
        self.children: dict[int, asyncio.subprocess.Process] = {}
        self.logins = 0
        self.commands = 0
        """Connections that were accepted since the start, whatever became of them."""
        self.starting = 0
        """Shells that are being started: their pids are not known yet."""
        self._conduct = conduct
        self._client_key = client_key
        self._look = look
        self._connections: set[asyncssh.SSHServerConnection] = set()
        self._server: asyncssh.SSHAcceptor | None = None
        self._reserved: socket.socket | None = None
        """Bound and never listening: it keeps the port for us while nobody listens."""

    def known_hosts(self) -> str:
        """A line for the address people reach here, and for the host as the cluster lists it."""
        public = self.key.export_public_key("openssh").decode().strip()
        return f"{self.machine.name},[{self.machine.name}]:22,[{LOOPBACK}]:{self.port} {public}\n"

    async def open(self) -> None:
        if self._server is not None:
            return
        if self._reserved is None:
            self._reserved = socket.socket()
            self._reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self._reserved.bind((LOOPBACK, 0))
            self.port = self._reserved.getsockname()[1]
        self._server = await asyncssh.listen(
            LOOPBACK,
            self.port,
            server_factory=self._guard,
            server_host_keys=[self.key],
            process_factory=self._serve,
            sftp_factory=self._files,
            encoding=None,
            reuse_address=True,
            line_editor=False,
            allow_scp=False,
            agent_forwarding=False,
        )

    def _guard(self) -> "_Guard":
        self.logins += 1
        return _Guard(self._connections, self.machine.user, self._client_key)

    async def refuse(self) -> None:
        """Nobody listens any more, and open connections break; the port stays ours."""
        self.hang_up()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    async def close(self) -> None:
        await self.refuse()
        if self._reserved is not None:
            self._reserved.close()

    def hang_up(self) -> None:
        """Break the open connections; what they began goes on, as under sshd."""
        for connection in list(self._connections):
            connection.abort()

    def break_off(self) -> None:
        """As the host's power switch does: open connections, and the commands that run on them."""
        self.hang_up()
        for pid in list(self.children):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)

    async def behave(self) -> None:
        """Do what the faults of the host say."""
        conduct = self._conduct()
        self.machine.fill_disk(conduct.disk_full)
        self.machine.set_clock(conduct.clock_ahead_s)
        self.machine.set_java(conduct.java)
        self.machine.set_rehearsals(conduct.no_namespaces, conduct.rehearsal_fails, conduct.rehearsal_hangs)
        self.machine.set_surroundings(conduct.ways, conduct.taken_ports, conduct.kernel)
        while conduct.files:
            self.machine.put(*conduct.files.pop(0))
        if conduct.pid_files_lost:
            conduct.pid_files_lost = False
            self.machine.lose_pid_files()
        if conduct.unreachable:
            await self.refuse()
        elif self.port:
            await self.open()

    # --- one command

    async def _serve(self, process: "asyncssh.SSHServerProcess[bytes]") -> None:
        self.commands += 1
        begun = b""
        if any(matching for _, matching in self._conduct().cuts):
            begun = await _all(process.stdin)
        cut = self._cut((process.command or "").encode() + begun)
        if cut == "before_exec":
            _abort(process.channel)
            return
        self._look()
        self.starting += 1
        try:
            child = await asyncio.create_subprocess_exec(
                "/bin/sh", *(("-c", process.command) if process.command else ("-s",)),
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
                cwd=self.machine.directory, env=self.machine.environment(), start_new_session=True,
            )  # fmt: skip
        finally:
            self.starting -= 1
        assert child.stdin and child.stdout and child.stderr
        self.children[child.pid] = child
        feeding = asyncio.create_task(_feed(begun, process.stdin, child.stdin, child.pid))
        try:
            await asyncio.gather(_pour(child.stdout, process.stdout), _pour(child.stderr, process.stderr), child.wait())
        finally:
            self.children.pop(child.pid, None)
            feeding.cancel()
        if cut == "after_exec":
            _abort(process.channel)
        elif child.returncode is not None and child.returncode < 0:
            process.exit_with_signal(NAMES.get(-child.returncode, "KILL"))
        else:
            process.exit(child.returncode or 0)

    def _cut(self, text: bytes) -> str:
        """When the link breaks at a command with this text, if at all; uses up one of the fault's times."""
        cuts = self._conduct().cuts
        for number, (after, matching) in enumerate(cuts):
            if matching.encode() in text:
                del cuts[number]
                return after
        return ""

    def _files(self, channel: "asyncssh.SSHServerChannel[bytes]") -> "_Files":
        self.commands += 1
        if self._cut(b"sftp"):
            _abort(channel)
        self._look()
        return _Files(channel, self.machine.directory, self._conduct)


class _Guard(asyncssh.SSHServer):
    """One user, one key; no password is asked for."""

    def __init__(self, connections: set[asyncssh.SSHServerConnection], user: str, key: asyncssh.SSHKey) -> None:
        self._connections = connections
        self._user = user
        self._public = key.convert_to_public()
        self._connection: asyncssh.SSHServerConnection | None = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn
        self._connections.add(conn)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._connection is not None:
            self._connections.discard(self._connection)

    def begin_auth(self, username: str) -> bool:
        return True

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        return username == self._user and key == self._public


class _Files(asyncssh.SFTPServer):
    """Absolute paths are this machine's own, others begin at the host's directory."""

    def __init__(
        self, channel: "asyncssh.SSHServerChannel[bytes]", home: "os.PathLike[str]", conduct: Callable[[], Misconduct]
    ) -> None:
        super().__init__(channel)
        self._home = os.fsencode(home)
        self._conduct = conduct

    def map_path(self, path: bytes) -> bytes:
        return path if path.startswith(b"/") else os.path.normpath(os.path.join(self._home, path))  # noqa: PTH118  (bytes)

    def write(self, file_obj: object, offset: int, data: bytes) -> int:
        if self._conduct().disk_full:
            raise asyncssh.SFTPFailure("No space left on device")
        written: Any = super().write(file_obj, offset, data)
        return int(written)


def _abort(channel: Any) -> None:
    channel.get_connection().abort()


async def _pour(source: asyncio.StreamReader, target: Any) -> None:
    """Until the last holder of the pipe closes it; once nobody listens, the rest is read and dropped."""
    listening = True
    while data := await source.read(CHUNK):
        if listening:
            try:
                target.write(data)
                await target.drain()
            except (OSError, asyncssh.Error):
                listening = False


async def _all(source: Any) -> bytes:
    try:
        return bytes(await source.read())
    except (OSError, asyncssh.Error):
        return b""


async def _feed(begun: bytes, source: Any, target: asyncio.StreamWriter, pid: int) -> None:
    try:
        target.write(begun)
        while True:
            try:
                data = await source.read(CHUNK)
            except asyncssh.SignalReceived as sent:
                os.killpg(pid, signal.Signals[f"SIG{sent.signal}"])
                continue
            if not data:
                break
            target.write(data)
            await target.drain()
    except (OSError, asyncssh.Error, KeyError):
        pass
    finally:
        target.close()
