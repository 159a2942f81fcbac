"""Getting in: host keys are never taken on trust, nothing asks for a password, every failure has words and an end."""

import asyncio
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncssh
import pytest

from policies.acts import StartProcess
from policies.address import Address
from policies.cluster import NodeKind
from policies.hosts import JobState
from tests.hosts.rig import BE, HOST, Rig
from tests.hosts.ssh_server import SshServer
from workers.hosts import HostRefused, HostUnreachable

START = StartProcess(role=NodeKind.BACKEND, address=BE)
OTHER = asyncssh.generate_private_key("ssh-ed25519")


@contextmanager
def silent_port() -> Iterator[int]:
    """A port that takes connections and never says anything."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        yield listener.getsockname()[1]


def refused_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
    return port


def trouble(rig: Rig, words: str, **changes: object) -> None:
    """A look and a begin both say so; and nothing was sent."""
    sent = len(rig.server.sent)
    look = rig.look(**changes)
    assert words in look.trouble and look.process is None
    with pytest.raises(HostUnreachable) as error:
        rig.driver(**changes).begin("x", START)
    assert words in str(error.value)
    assert len(rig.server.sent) == sent


def test_another_host_key(rig: Rig) -> None:
    rig.known_hosts.write_text(f"{HOST} {OTHER.export_public_key().decode()}")
    trouble(rig, "shows another host key than")
    assert "retry" not in rig.look().trouble and "until a person has checked" in rig.look().trouble


def test_an_unknown_host(rig: Rig) -> None:
    rig.known_hosts.write_text(rig.server.known_as("10.84.0.99"))
    trouble(rig, f"{HOST} is not in")


def test_the_key_of_a_tunnels_end_is_not_the_hosts(rig: Rig) -> None:
    """Many hosts are reached through 127.0.0.1: what is known of that address counts for none of them."""
    rig.known_hosts.write_text(rig.server.known_as("127.0.0.1") + rig.server.known_as(f"[127.0.0.1]:{rig.server.port}"))
    trouble(rig, f"{HOST} is not in")


def test_a_revoked_key(rig: Rig) -> None:
    rig.known_hosts.write_text(rig.known_hosts.read_text() + f"@revoked {rig.server.known_as(HOST)}")
    trouble(rig, "host key")


def test_names_in_capitals(rig: Rig) -> None:
    """SHOW BACKENDS prints names as they were added; ssh writes them in small letters."""
    rig.with_backend().known_hosts.write_text(rig.server.known_as("be-1.example.com"))
    node = Address(host="BE-1.Example.com", port=9050)
    (look,) = rig.driver(via={node.host: f"127.0.0.1:{rig.server.port}"}).look({node: NodeKind.BACKEND})
    assert not look.trouble


def test_known_under_its_port(rig: Rig) -> None:
    rig.with_backend().known_hosts.write_text(rig.server.known_as(f"[{HOST}]:2222"))
    assert not rig.look(port=2222).trouble
    assert "is not in" in rig.look(port=22).trouble


def test_no_known_hosts_file(rig: Rig) -> None:
    trouble(rig, "known_hosts cannot be read", known_hosts="/nowhere/known_hosts")


def test_nobody_listens(rig: Rig) -> None:
    port = refused_port()
    trouble(rig, f"refuses connections on port {port}", via={HOST: f"127.0.0.1:{port}"})


def test_nobody_answers(rig: Rig) -> None:
    with silent_port() as port:
        began = time.monotonic()
        trouble(rig, "did not answer", via={HOST: f"127.0.0.1:{port}"}, connect_timeout_s=0.3)
        assert time.monotonic() - began < 3


def test_a_key_that_is_refused(rig: Rig) -> None:
    rig.key_file.write_bytes(OTHER.export_private_key())
    trouble(rig, "refuses the key of starrocks")


def test_a_certificate_beside_the_key(rig: Rig) -> None:
    """Where hosts trust an authority instead of single keys."""
    authority = asyncssh.generate_private_key("ssh-ed25519")
    rig.key_file.write_bytes(OTHER.export_private_key())
    rig.with_backend().server.allow(f"cert-authority {authority.export_public_key().decode()}")
    assert "refuses the key" in rig.look().trouble
    certificate = authority.generate_user_certificate(OTHER, "sr", principals=["starrocks"])
    rig.key_file.with_name("client_key-cert.pub").write_bytes(certificate.export_certificate())
    assert not rig.look().trouble


def test_a_host_known_by_its_authority(rig: Rig) -> None:
    authority = asyncssh.generate_private_key("ssh-ed25519")
    rig.with_backend().known_hosts.write_text(f"@cert-authority {HOST} {authority.export_public_key().decode()}")
    assert "shows another host key than" in rig.look().trouble
    with SshServer(rig.directory / "other", asyncssh.read_private_key(str(rig.key_file))) as server:
        server.present(authority.generate_host_certificate(server.host_key, "h", principals=[HOST]))
        assert not rig.look(via={HOST: f"127.0.0.1:{server.port}"}).trouble


def test_another_kind_of_host_key(rig: Rig) -> None:
    rig.known_hosts.write_text(f"{HOST} {asyncssh.generate_private_key('ecdsa-sha2-nistp256').export_public_key().decode()}")
    trouble(rig, "shows another host key than")


def test_a_key_with_a_passphrase(rig: Rig) -> None:
    subprocess.run(["ssh-keygen", "-q", "-p", "-N", "open sesame", "-f", str(rig.key_file)], check=True, stdout=subprocess.DEVNULL)
    trouble(rig, "is no usable private key (one with a passphrase belongs into an agent)")


def test_no_key_file(rig: Rig) -> None:
    trouble(rig, "The key file cannot be read", key_file="/nowhere/key")


def test_no_key_and_no_agent(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    trouble(rig, "No SSH key", key_file="")


def test_the_keys_of_an_agent(rig: Rig, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with agent(tmp_path / "agent") as path:
        rig.with_backend()
        asyncio.run(_lend(path, asyncssh.read_private_key(str(rig.key_file))))
        monkeypatch.setenv("SSH_AUTH_SOCK", path)
        assert not rig.look(key_file="").trouble


def test_a_jump_host(rig: Rig, client_key: asyncssh.SSHKey) -> None:
    with jump_host(client_key) as (port, key, forwarded):
        known = rig.known_hosts.read_text()
        changes = {"jump": f"127.0.0.1:{port}"}
        assert "127.0.0.1 is not in" in rig.with_backend().look(**changes).trouble
        rig.known_hosts.write_text(known + f"127.0.0.1 {key.export_public_key().decode()}")
        assert not rig.look(**changes).trouble
        assert forwarded == [("127.0.0.1", rig.server.port)]


def test_dead_hosts_do_not_hold_up_the_others(rig: Rig, tmp_path: Path, client_key: asyncssh.SSHKey) -> None:
    rig.with_backend().running()
    nodes = {BE: NodeKind.BACKEND} | {Address(host=f"10.84.1.{n}", port=9050): NodeKind.BACKEND for n in range(1, 40)}
    with silent_port() as port:
        via = {node.host: f"127.0.0.1:{port}" for node in nodes} | {HOST: f"127.0.0.1:{rig.server.port}"}
        began = time.monotonic()
        looks = rig.driver(via=via, connect_timeout_s=0.4, fan_out=16).look(nodes)
    assert time.monotonic() - began < 5
    assert [look.address for look in looks] == list(nodes)
    assert looks[0].process and all(look.trouble for look in looks[1:])


def test_jobs_begun_side_by_side_fail_each_for_itself(rig: Rig) -> None:
    rig.with_backend().running()
    far = [Address(host=f"10.84.1.{number}", port=9050) for number in (1, 2, 3)]
    jobs = [("one", START), ("two", START.with_(address=far[0])), ("no such/id", START.with_(address=far[1]))]
    with silent_port() as port:
        via = {host.host: f"127.0.0.1:{port}" for host in far} | {HOST: f"127.0.0.1:{rig.server.port}"}
        begun, silent, refused = rig.driver(via=via, connect_timeout_s=0.4).begin_each(jobs)
    assert begun is None and rig.ended("one").state is JobState.DONE
    assert isinstance(silent, HostUnreachable) and "10.84.1.1" in str(silent)
    assert isinstance(refused, HostRefused) and "is not a job id" in str(refused)


def test_the_whole_look_has_an_end(rig: Rig) -> None:
    nodes = {Address(host=f"10.84.1.{n}", port=9050): NodeKind.BACKEND for n in range(1, 40)}
    with silent_port() as port:
        began = time.monotonic()
        driver = rig.driver(via={node.host: f"127.0.0.1:{port}" for node in nodes}, fan_out=2, look_timeout_s=1)
        looks = driver.look(nodes)
    assert time.monotonic() - began < 3
    assert all("10.84.1." in look.trouble for look in looks) and "was not looked at within 1 s" in looks[-1].trouble


def test_a_login_that_talks(rig: Rig) -> None:
    """What an account's start files print is no part of the answer."""
    rig.with_backend().running()
    rig.server.banner = b"Welcome!\nnode 0\npid 1\nsr-look-end\nHave fun"
    assert rig.look().process is not None


@contextmanager
def jump_host(client_key: asyncssh.SSHKey) -> Iterator[tuple[int, asyncssh.SSHKey, list[tuple[str, int]]]]:
    key, forwarded = asyncssh.generate_private_key("ssh-ed25519"), []

    class Jump(asyncssh.SSHServer):
        def connection_requested(self, dest_host: str, dest_port: int, orig_host: str, orig_port: int) -> bool:
            forwarded.append((dest_host, dest_port))
            return True

    async def serve(ready: threading.Event, holder: dict[str, object]) -> None:
        allowed = asyncssh.import_authorized_keys(client_key.export_public_key().decode())
        server = await asyncssh.create_server(Jump, "127.0.0.1", 0, server_host_keys=[key], authorized_client_keys=allowed)
        holder.update(port=server.get_port(), loop=asyncio.get_running_loop(), done=asyncio.Event())
        ready.set()
        await holder["done"].wait()  # type: ignore[attr-defined]

    ready, holder = threading.Event(), {}
    thread = threading.Thread(target=lambda: asyncio.run(serve(ready, holder)), daemon=True)
    thread.start()
    assert ready.wait(10)
    yield holder["port"], key, forwarded
    holder["loop"].call_soon_threadsafe(holder["done"].set)
    thread.join(10)


@contextmanager
def agent(path: Path) -> Iterator[str]:
    process = subprocess.Popen(["ssh-agent", "-D", "-a", str(path)], stdout=subprocess.DEVNULL)
    Rig.wait(path.exists)
    yield str(path)
    process.terminate()
    process.wait(10)


async def _lend(path: str, key: asyncssh.SSHKey) -> None:
    async with asyncssh.connect_agent(path) as lender:
        await lender.add_keys([key])


def test_a_name_service_that_hangs(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """The thread that asks it is left behind; the look is not."""
    answered = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: answered.wait(20))
    began = time.monotonic()
    look = rig.look(via={HOST: "be-1.example.com:22"}, connect_timeout_s=0.3)
    assert "did not answer" in look.trouble and time.monotonic() - began < 5
    answered.set()
