"""An SSH server in this process: it runs what it is sent with the real /bin/sh, in a directory that plays the host.

Links are cut and answers withheld on order, exactly once each.
"""

import asyncio
import threading
from pathlib import Path
from types import TracebackType

import asyncssh


class _Doorkeeper(asyncssh.SSHServer):
    def __init__(self, server: "SshServer") -> None:
        self._server = server

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._server.connections += 1
        self._connection = conn

    def begin_auth(self, username: str) -> bool:
        self._connection.set_authorized_keys(self._server.allowed)
        return True


class SshServer:
    """One host at 127.0.0.1:`port`. `next_fault`: cut_before, cut_sent:N (the last N lines never come), cut_after, hang."""

    def __init__(self, root: Path, client_key: asyncssh.SSHKey) -> None:
        self.root = root
        self.home = root / "account"
        self.stubs = root / "stubs"
        for directory in (self.home, self.stubs, root / "tmp"):
            directory.mkdir(parents=True, exist_ok=True)
        # Pauses on the host give the world time to change; here nothing changes by itself.
        self.stub("sleep", "exec /bin/sleep 0.02")
        # No power is lost here, and the machine has other things to write.
        self.stub("sync", "exit 0")
        self.host_key = asyncssh.generate_private_key("ssh-ed25519")
        self.next_fault = ""
        self.sent: list[str] = []
        self.connections = 0
        self.banner = b""
        self.shell = "/bin/sh"
        self.account: tuple[str, ...] = ()
        self.shell_environment: dict[str, str] = {}
        self.allow(client_key.export_public_key().decode())
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "SshServer":
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._loop.call_soon_threadsafe(self._done.set)
        self._thread.join(10)

    def allow(self, line: str) -> None:
        """Who may log in: a line of an authorized_keys file."""
        self.allowed = asyncssh.import_authorized_keys(line)

    def present(self, certificate: asyncssh.SSHCertificate) -> None:
        """Show a certificate of the host key from now on."""
        self._server.update(server_host_keys=[(self.host_key, certificate)])

    def known_as(self, host: str) -> str:
        return f"{host} {self.host_key.export_public_key().decode().strip()}\n"

    def stub(self, name: str, text: str) -> None:
        """Put a program in front of the host's own."""
        (self.stubs / name).write_text(f"#!/bin/sh\n{text}")
        (self.stubs / name).chmod(0o755)

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop, self._done = asyncio.get_running_loop(), asyncio.Event()
        self._server = server = await asyncssh.create_server(
            lambda: _Doorkeeper(self), "127.0.0.1", 0, server_host_keys=[self.host_key],
            process_factory=self._process, sftp_factory=True, encoding=None,
        )  # fmt: skip
        self.port = server.get_port()
        self._ready.set()
        await self._done.wait()
        server.close()

    async def _process(self, process: "asyncssh.SSHServerProcess[bytes]") -> None:
        fault, self.next_fault = self.next_fault, ""
        text = (await process.stdin.read()).replace(b"/bin/sh", self.shell.encode())
        self.sent.append(text.decode())
        if fault == "cut_before":
            process.channel.get_connection().abort()
            return
        if fault == "hang":
            await self._done.wait()
            return
        child = await asyncio.create_subprocess_exec(
            *self.account, *self.shell.split(), "-c", (process.command or "").replace("/bin/sh", self.shell), cwd=self.home, env=self.environment(),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, err = await child.communicate(_first_lines(text, fault))
        if fault:
            process.channel.get_connection().abort()
            return
        process.stdout.write(self.banner + out)
        process.stderr.write(err)
        process.exit(child.returncode or 0)

    def environment(self) -> dict[str, str]:
        path = f"{self.stubs}:/usr/sbin:/usr/bin:/sbin:/bin"
        return {"HOME": str(self.home), "PATH": path, "TMPDIR": str(self.root / "tmp"), **self.shell_environment}


def _first_lines(text: bytes, fault: str) -> bytes:
    kind, _, lines = fault.partition(":")
    return b"".join(text.splitlines(keepends=True)[: -int(lines)]) if kind == "cut_sent" else text
