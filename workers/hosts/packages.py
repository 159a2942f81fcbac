"""Packages on this worker, and getting one onto a host: in pieces that survive a cut link, within the time of one step."""

import asyncio
import re
import time
from pathlib import Path

import asyncssh

from workers.hosts import HostOutcomeUnknown, HostRefused, HostUnderWay
from workers.hosts.link import Link

CHUNK = 1 << 20
_SUM = re.compile(r"\b[0-9a-fA-F]{64}\b")


class Package:
    """StarRocks-<version>.tar.gz of the `packages` directory, with the checksum that lies beside it."""

    def __init__(self, directory: str, version: str) -> None:
        if not directory:
            raise HostRefused("The settings of this cluster's hosts have no `packages` directory: where is the package?")
        self.path = Path(directory) / f"StarRocks-{version}.tar.gz"
        self.size = _size(self.path)
        self.sha256 = _checksum(self.path)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        raise HostRefused(f"{path.name} is not in the `packages` directory of this worker: put it there first.") from None


def _checksum(path: Path) -> str:
    """From `<name>.sha256`, as sha256sum writes it; we never make one up from the file itself."""
    beside = path.with_name(path.name + ".sha256")
    sums: set[str]
    try:
        sums = {found.lower() for found in _SUM.findall(beside.read_text(encoding="utf-8", errors="replace"))}
    except OSError:
        sums = set()
    if len(sums) != 1:
        raise HostRefused(f"{beside.name} is missing or does not hold one SHA-256: get it from where {path.name} came from.")
    return sums.pop()


async def upload(link: Link, package: Package, stage: str, until: float) -> None:
    """Bring the package into the staging directory, going on where an earlier call ended.

    Raises HostUnderWay when the time (monotonic `until`) is over before the file: call again.
    """
    target = f"{stage}/{package.path.name}"
    part = f"{target}.part"
    try:
        async with asyncio.timeout(until - time.monotonic()), link.connection.start_sftp_client() as sftp:
            if await _length(sftp, target) == package.size:
                return
            done = await _send(sftp, package, part, until)
            if done < package.size:
                words = f"{done * 100 // package.size} % of {package.path.name} is on {link.host}; going on with the rest."
                raise HostUnderWay(words, done / package.size)
            await sftp.posix_rename(part, target)
    except TimeoutError:
        raise HostUnderWay(f"{package.path.name} is on its way to {link.host}; going on with the rest.") from None
    except asyncssh.SFTPError as error:
        raise HostRefused(f"{package.path.name} cannot be written on {link.host}: {error.reason}") from None
    except asyncssh.ChannelOpenError as error:
        if error.code != asyncssh.OPEN_REQUEST_SESSION_FAILED:
            raise HostOutcomeUnknown(f"{link.host} opened no session for {package.path.name}: {error}") from None
        raise HostRefused(f"sshd of {link.host} offers no sftp: packages come by it (`Subsystem sftp` in sshd_config).") from None
    except (asyncssh.Error, OSError) as error:
        raise HostOutcomeUnknown(f"The link to {link.host} was cut while sending {package.path.name}: {error}") from None


async def _send(sftp: asyncssh.SFTPClient, package: Package, part: str, until: float) -> int:
    """Write from the last piece that may have a hole in it; the length that is there when done or out of time."""
    length = await _length(sftp, part) or 0
    done = (min(length, package.size) - 1) // CHUNK * CHUNK if length else 0
    flags = asyncssh.FXF_WRITE | asyncssh.FXF_CREAT
    async with sftp.open(part, flags, encoding=None) as remote:
        with package.path.open("rb") as local:
            local.seek(done)
            while done < package.size and time.monotonic() < until - 0.5:
                piece = local.read(CHUNK)
                await remote.write(piece, done)
                done += len(piece)
        if done == package.size and length > package.size:
            await remote.truncate(package.size)
    return done


async def _length(sftp: asyncssh.SFTPClient, path: str) -> int | None:
    try:
        return (await sftp.stat(path)).size
    except asyncssh.SFTPNoSuchFile:
        return None
