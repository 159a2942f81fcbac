"""SSH to the hosts of one cluster: strict host keys, keys or agent, never a prompt; every failure in words.

What is known of a remote command: its exit status, or nothing. asyncssh reports a cut link as a normal end without an
exit status, and a command goes on running on the host when we stop waiting for it.
"""

import asyncio
import logging
import os
import socket
from collections.abc import AsyncIterator, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from types import TracebackType
from typing import Any, TypeVar

import asyncssh

from bot.host_settings import HostsEntry
from workers.hosts import HostOutcomeUnknown, HostUnreachable

_SHELL = "exec /bin/sh -s"
"""The script follows on stdin, whatever shell the account has."""

_ANSWER_LIMIT = 4_000_000

_T = TypeVar("_T")


# It tells of every connection and authentication at INFO.
logging.getLogger("asyncssh").setLevel(logging.WARNING)


class _Impatient(ThreadPoolExecutor):
    """Names are looked up in threads, and a name service that hangs must not hold the loop's end."""

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        super().shutdown(wait=False, cancel_futures=True)


def run(work: Coroutine[Any, Any, _T]) -> _T:
    """`asyncio.run` that waits for no thread."""

    async def inside() -> _T:
        asyncio.get_running_loop().set_default_executor(_Impatient(max_workers=8))
        return await work

    return asyncio.run(inside())


class Answer:
    """What a script printed, with its exit status."""

    def __init__(self, status: int, lines: list[str], complaint: str) -> None:
        self.status = status
        self.lines = lines
        self.complaint = complaint


class Link:
    """A login to one host, for one call."""

    def __init__(self, host: str, connection: asyncssh.SSHClientConnection) -> None:
        self.host = host
        self.connection = connection

    async def run(self, text: str, limit_s: float) -> Answer:
        """Send a script to the host's sh. Raises HostUnreachable before anything was sent, else HostOutcomeUnknown."""
        try:
            async with asyncio.timeout(limit_s):
                process = await self.connection.create_process(_SHELL, encoding=None)
        except (asyncssh.Error, OSError, TimeoutError) as error:
            raise HostUnreachable(f"{self.host} opened no session: {_short(error)}") from None
        try:
            async with asyncio.timeout(limit_s):
                out, err = await process.communicate(text.encode())
        except TimeoutError:
            raise HostOutcomeUnknown(f"{self.host} did not answer within {limit_s:.0f} s.") from None
        except (asyncssh.Error, OSError) as error:
            raise HostOutcomeUnknown(f"The link to {self.host} was cut: {_short(error)}") from None
        status = process.returncode
        if status is None or status < 0:
            raise HostOutcomeUnknown(f"The link to {self.host} was cut before the answer was complete.")
        lines = bytes(out or b"")[:_ANSWER_LIMIT].decode("utf-8", "replace").split("\n")
        complaint = bytes(err or b"").decode("utf-8", "replace").strip().split("\n")[-1][:200]
        return Answer(status, lines, complaint)


class Reach:
    """The way to all hosts of a cluster during one call: keys and known hosts are read once, the jump host is shared."""

    def __init__(self, entry: HostsEntry) -> None:
        self._entry = entry
        self._known: asyncssh.SSHKnownHosts | None = None
        self._keys: Any = ()
        self._jump: asyncssh.SSHClientConnection | None = None
        self._agent: asyncssh.SSHAgentClient | None = None

    async def __aenter__(self) -> "Reach":
        self._known = _known_hosts(self._entry.known_hosts)
        self._keys = _key_pairs(self._entry.key_file) if self._entry.key_file else await self._agent_keys()
        if self._entry.jump:
            host, port = _host_and_port(self._entry.jump, 22)
            self._jump = await self._connect(host, host, port, port, None)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._jump is not None:
            await _close(self._jump)
        if self._agent is not None:
            self._agent.close()

    @asynccontextmanager
    async def link(self, host: str) -> AsyncIterator[Link]:
        """Log in to a host; raises HostUnreachable with the reason."""
        where, port = _host_and_port(self._entry.via.get(host, ""), self._entry.port)
        connection = await self._connect(host, where or host, self._entry.port, port, self._jump)
        try:
            yield Link(host, connection)
        finally:
            await _close(connection)

    async def _connect(
        self, host: str, where: str, known_port: int, port: int, tunnel: asyncssh.SSHClientConnection | None
    ) -> asyncssh.SSHClientConnection:
        limit = self._entry.connect_timeout_s
        known = self._known
        assert known is not None  # read on entering

        def keys_of_host(_host: str, _address: str, _port: int | None) -> Any:
            # By the node's own name only: an address that tunnels share would let one host stand in for another.
            asked = known_port if known_port != 22 else None
            as_listed = known.match(host, "", asked)
            # ssh writes names in small letters, whatever was typed.
            return as_listed if any(as_listed[:2]) else known.match(host.lower(), "", asked)

        try:
            async with asyncio.timeout(limit):
                return await asyncssh.connect(
                    where, port, tunnel=tunnel, username=self._entry.user, known_hosts=keys_of_host, host_key_alias=host,
                    client_keys=self._keys, agent_path=None, config=None, preferred_auth=["publickey"],
                    password=None, password_auth=False, kbdint_auth=False, host_based_auth=False,
                    gss_host=None, gss_auth=False, gss_kex=False, x509_trusted_certs=None, compression_algs=None,
                    connect_timeout=limit, login_timeout=limit, keepalive_interval=3, keepalive_count_max=2,
                )  # fmt: skip
        except asyncssh.HostKeyNotVerifiable:
            raise HostUnreachable(self._about_key(host, any(keys_of_host("", "", None)[:2]))) from None
        except (asyncssh.KeyExchangeFailed, asyncssh.ConnectionLost) as error:
            # Only kinds of keys that are known of a host are asked for; one with others ends the talk, or we do.
            if await self._shows_another_key(where, port, tunnel, keys_of_host("", "", None)[0]):
                raise HostUnreachable(self._about_key(host, any(keys_of_host("", "", None)[:2]))) from None
            raise HostUnreachable(f"{host} ended the connection before the login: {_short(error)}.") from None
        except asyncssh.PermissionDenied:
            raise HostUnreachable(f"{host} refuses the key of {self._entry.user}: put its public half there.") from None
        except TimeoutError:
            raise HostUnreachable(f"{host} did not answer on port {port} within {limit:g} s.") from None
        except ConnectionRefusedError:
            raise HostUnreachable(f"{host} refuses connections on port {port}: sshd does not run there.") from None
        except socket.gaierror:
            raise HostUnreachable(f"{host} is not known to the name service of this worker.") from None
        except (asyncssh.Error, OSError) as error:
            raise HostUnreachable(f"{host} cannot be reached over SSH: {_short(error)}") from None

    async def _shows_another_key(self, where: str, port: int, tunnel: Any, known: Any) -> bool:
        with suppress(asyncssh.Error, OSError, TimeoutError):
            async with asyncio.timeout(self._entry.connect_timeout_s):
                shown = await asyncssh.get_server_host_key(where, port, tunnel=tunnel, config=None)
            return shown is not None and shown.public_data not in [key.public_data for key in known]
        return False

    def _about_key(self, host: str, listed: bool) -> str:
        path = self._entry.known_hosts
        if not listed:
            return f"{host} is not in {path}: check its host key with who runs it, then add it."
        return (
            f"{host} shows another host key than {path} has. It was installed anew, or this is not {host}: "
            "nothing will be sent until a person has checked the key and changed the file."
        )

    async def _agent_keys(self) -> Any:
        try:
            self._agent = asyncssh.SSHAgentClient(os.environ.get("SSH_AUTH_SOCK", ""))
            keys = list(await self._agent.get_keys())
        except (OSError, ValueError):
            keys = []
        if not keys:
            raise HostUnreachable("No SSH key: set key_file for this cluster's hosts, or run an agent that holds one.")
        return keys


def _known_hosts(path: str) -> asyncssh.SSHKnownHosts:
    try:
        return asyncssh.read_known_hosts(path)
    except (OSError, ValueError) as error:
        raise HostUnreachable(f"known_hosts cannot be read: {_short(error)}") from None


def _key_pairs(path: str) -> Any:
    """The key, and its certificate if one lies beside it (`<path>-cert.pub`)."""
    try:
        return asyncssh.load_keypairs(path)
    except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError):
        raise HostUnreachable(f"{path} is no usable private key (one with a passphrase belongs into an agent).") from None
    except OSError as error:
        raise HostUnreachable(f"The key file cannot be read: {_short(error)}") from None


def _host_and_port(text: str, default: int) -> tuple[str, int]:
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        return host, int(rest[1:] or default)
    host, _, port = text.partition(":")
    return host, int(port or default)


async def _close(connection: asyncssh.SSHClientConnection) -> None:
    connection.close()
    with suppress(TimeoutError, asyncssh.Error, OSError):
        async with asyncio.timeout(1):
            await connection.wait_closed()


def _short(error: BaseException) -> str:
    """An error's own words on one line; type alone when it has none."""
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= 200 else text[:197] + "..."


