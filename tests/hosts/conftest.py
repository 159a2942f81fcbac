"""A host with a fake StarRocks on it, behind an SSH server of its own, and a driver that may log in."""

from collections.abc import Iterator
from pathlib import Path

import asyncssh
import pytest

from tests.hosts.fake_starrocks import end_all
from tests.hosts.rig import Rig
from tests.hosts.ssh_server import SshServer


@pytest.fixture(scope="session")
def client_key() -> asyncssh.SSHKey:
    return asyncssh.generate_private_key("ssh-ed25519")


@pytest.fixture
def rig(tmp_path: Path, client_key: asyncssh.SSHKey) -> Iterator[Rig]:
    with SshServer(tmp_path / "host", client_key) as server:
        yield Rig(tmp_path, server, client_key)
    end_all(tmp_path)
