"""The metadata's way to the spare host: from the copy on the leader's host, through this worker's memory, never its disk.

In pieces, as a package goes: each call brings what fits in its time, the next one goes on where it ended.
"""

import asyncio
import base64
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import asyncssh

from policies.acts import RehearseMetadata
from workers.hosts import HostOutcomeUnknown, HostRefused, HostUnderWay
from workers.hosts.conf_files import read_conf
from workers.hosts.link import Link
from workers.hosts.report import BEGIN, END, between_marks
from workers.hosts.shell import assignments, script, whole

CHUNK = 1 << 20
SUMS = "./SHA256SUMS"
PORTS = {"http_port": 8030, "rpc_port": 9020, "query_port": 9030, "edit_log_port": 9010, "cloud_native_meta_port": 6090}
"""fe: common/Config.java."""
USUAL_HEAP_MIB = 8192
"""What the package's fe.conf has for -Xmx."""
_NAME = re.compile(r"\./[A-Za-z0-9_.@+/-]{1,300}\Z")
_HEAP = re.compile(r"-Xmx(\d{1,7})([kKmMgG])")
_MIB = {"k": 1 / 1024, "m": 1, "g": 1024}

Files = dict[str, int]
"""Path -> size in bytes."""


@dataclass(frozen=True)
class Origin:
    """What the leader's host tells: the files of the copy, and of its fe.conf what a frontend elsewhere must differ in."""

    directory: str
    files: Files
    ports: dict[str, int]
    heap_mib: int


def spare_text(rehearsal: str, work: str) -> str:
    """Whether the spare host can cut a process off, how much room it has, and what of the copy is there."""
    return whole("\n".join([
        assignments({"rehearsal": rehearsal, "work": work}), script("rehearsal"), "umask 077", f"echo; echo {BEGIN}",
        'tool=$(isolation)',
        'if $tool true 2> /dev/null; then',
        'echo "isolated yes"; mkdir -p "$work/copy" && chmod 700 "$rehearsal" "$work" && echo "made yes"',
        'else echo "isolated $tool"; fi',
        "echo \"room $(df -Pk \"$work\" 2>/dev/null | awk 'END { print $4 }')\"",
        "(cd \"$work/copy\" && find . -type f -exec stat -c 'file %s %n' {} +) 2> /dev/null",
        f"echo {END}",
    ]))  # fmt: skip


def origin_text(copy: str, conf: str) -> str:
    """The files of the copy with their sizes, and the frontend's conf."""
    return whole("\n".join([
        assignments({"copy": copy, "conf": conf}), f"echo; echo {BEGIN}",
        'cd "$copy" 2> /dev/null || echo "missing yes"',
        f"[ ! -s {SUMS} ] || {{ echo {SUMS}; sed 's/^[0-9a-f]*  //' {SUMS}; }}"
        " | while IFS= read -r name; do stat -c 'file %s %n' \"$name\"; done",
        'echo "conf $(head -c 262144 "$conf" 2>/dev/null | base64 | tr -d \'\\n\')"', f"echo {END}",
    ]))  # fmt: skip


async def origin(link: Link, copy: str, conf: str, limit_s: float) -> Origin:
    """Raises HostRefused when there is no copy to take."""
    lines = between_marks((await link.run(origin_text(copy, conf), limit_s)).lines)
    files = _files(lines, link.host)
    if SUMS not in files or len(files) < 2:
        raise HostRefused(f"{copy} on {link.host} is no complete backup of the metadata: back it up again.")
    text = base64.b64decode(dict(lines).get("conf", ""))
    values = {entry.key: entry.value for entry in read_conf("fe", text)}
    return Origin(copy, files, other_ports(values), heap_mib(values))


def other_ports(values: Mapping[str, str]) -> dict[str, int]:
    """A port of its own for every door of a frontend: none that the leader uses, and none twice."""
    theirs = {int(values.get(key, "")) if values.get(key, "").isdigit() else usual for key, usual in PORTS.items()}
    ours: dict[str, int] = {}
    for key, usual in PORTS.items():
        port = usual + 20_000
        while port in theirs or port in ours.values():
            port += 1
        ours[key] = port
    return ours


def heap_mib(values: Mapping[str, str]) -> int:
    """The most that any JAVA_OPTS line gives the leader, in MiB: what holds this metadata there holds it here."""
    found = [int(n) * _MIB[u.lower()] for key, v in values.items() if key.startswith("JAVA_OPTS") for n, u in _HEAP.findall(v)]
    return max(int(max(found, default=USUAL_HEAP_MIB)), 1)


async def bring(source: Link, spare: Link, files: Origin, act: RehearseMetadata, work: str, until: float) -> None:
    """Copy what is missing on the spare host. Raises HostUnderWay when the time (monotonic `until`) is over before the files."""
    lines = between_marks((await spare.run(spare_text(work.rpartition("/")[0], work), until - time.monotonic())).lines)
    told = dict(lines)
    if told.get("isolated") != "yes":
        raise HostRefused(
            f"{spare.host} cannot make a network of its own (`{told.get('isolated', 'unshare')}` fails), and without one "
            f"{act.version} could reach the cluster: nothing was copied. Allow it there, or name another spare host."
        )
    if "made" not in told:
        raise HostRefused(f"{work} cannot be made on {spare.host}: may the account write there?")
    there, total = _files(lines, spare.host), sum(files.files.values())
    missing = {name: there.get(name, 0) for name, size in files.files.items() if there.get(name) != size}
    done = sum(min(there.get(name, 0), size) for name, size in files.files.items())
    room = told.get("room", "")
    if room.isdigit() and int(room) * 1024 < (total - done) * 1.2 + total:
        left, needed = int(room) >> 10, total * 2 >> 20
        raise HostRefused(f"{work} on {spare.host} has {left} MiB left: the copy and a new image need {needed} MiB.")
    try:
        async with (
            asyncio.timeout(until - time.monotonic()),
            source.connection.start_sftp_client() as reading,
            spare.connection.start_sftp_client() as writing,
        ):
            for name, begun in missing.items():
                done += await _copy(reading, writing, files, name, begun, work, until)
                if done < total and time.monotonic() > until - 0.5:
                    raise HostUnderWay(f"{done * 100 // total} % of the metadata is on {spare.host}; going on with the rest.")
    except TimeoutError:
        raise HostUnderWay(f"The metadata is on its way to {spare.host}; going on with the rest.") from None
    except asyncssh.SFTPError as error:
        raise HostRefused(f"The metadata cannot be copied from {source.host} to {spare.host}: {error.reason}") from None
    except (asyncssh.Error, OSError) as error:
        raise HostOutcomeUnknown(f"A link was cut while the metadata went to {spare.host}: {error}") from None


async def _copy(
    reading: asyncssh.SFTPClient, writing: asyncssh.SFTPClient, files: Origin, name: str, begun: int, work: str, until: float
) -> int:
    """One file from where it may have a hole; how much more of it is there now."""
    size, target = files.files[name], f"{work}/copy/{name}"
    at = begun // CHUNK * CHUNK if begun < size else 0
    await writing.makedirs(target.rpartition("/")[0], asyncssh.SFTPAttrs(permissions=0o700), exist_ok=True)
    flags = asyncssh.FXF_WRITE | asyncssh.FXF_CREAT | (0 if at else asyncssh.FXF_TRUNC)
    async with (
        reading.open(f"{files.directory}/{name}", "rb", encoding=None) as source,
        writing.open(target, flags, asyncssh.SFTPAttrs(permissions=0o600), encoding=None) as sink,
    ):
        while at < size and time.monotonic() < until - 0.5:
            piece = await source.read(min(CHUNK, size - at), at)
            assert isinstance(piece, bytes)  # opened without an encoding
            if not piece:
                raise HostRefused(f"{name} of the copy became shorter while it was read: somebody changes it.")
            await sink.write(piece, at)
            at += len(piece)
    return at - begun


def _files(lines: Sequence[tuple[str, str]], host: str) -> Files:
    found = {}
    for word, rest in lines:
        if word == "file":
            size, _, name = rest.partition(" ")
            if not _NAME.match(name) or ".." in name.split("/"):
                raise HostRefused(f"{host} has a file in the copy whose name no job may hold: {name[:100]!r}.")
            found[name] = int(size)
    return found
