"""The SSH driver: one short script for each look, one detached job for each act. It waits for nothing to end.

A call has to be over before the step that makes it loses its claim (30 s), whatever the hosts do.
"""

import asyncio
import base64
import contextlib
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from bot.host_settings import HostsEntry
from policies.acts import BackUpMeta, EditConf, HostAct, RehearseMetadata, SetStorage, StagePackage, StartProcess
from policies.address import Address
from policies.cluster import NodeKind
from policies.hosts import HostLook, JobState
from workers.hosts import NO_STORES, HostError, HostOutcomeUnknown, HostRefused
from workers.hosts.conf_files import ConfEdit, edited, value_of
from workers.hosts.jobs import Place, backup_of, checked_edit, job_script, place_of, rehearsal_work, storage
from workers.hosts.link import Link, Reach, run
from workers.hosts.packages import Package, upload
from workers.hosts.rehearsals import bring, origin
from workers.hosts.report import BEGIN, END, between_marks, looks, read_jobs
from workers.hosts.shell import assignments, job_id, script, whole
from workers.hosts.surroundings import closer_text

BEGIN_S = 10.0
_REFUSED_STATUS = 3


class SshDriver:
    """A `HostDriver` for one cluster."""

    def __init__(self, entry: HostsEntry) -> None:
        self._entry = entry

    def look(
        self, nodes: Mapping[Address, NodeKind], jobs: Sequence[str] = (), *, survey: bool = False,
        stores: Mapping[Address, Sequence[str]] = NO_STORES, members: Sequence[Address] | None = None,
    ) -> tuple[HostLook, ...]:  # fmt: skip
        """See HostDriver: hosts side by side; one that fails says why in its own look."""
        wanted = tuple(job_id(job) for job in jobs)
        also = {address: _storable(paths) for address, paths in stores.items()}
        return run(self._look(nodes, wanted, closer_text(self._entry, members) if survey else "", also))

    def begin(self, job: str, act: HostAct) -> None:
        """See HostDriver: begun before is begun."""
        (error,) = self.begin_each([(job, act)])
        if error is not None:
            raise error

    def begin_each(self, jobs: Sequence[tuple[str, HostAct]]) -> tuple[HostError | None, ...]:
        """See HostDriver: one login for each host, all of them by one jump host."""
        places = [self._checked(job, act) for job, act in jobs]
        if all(isinstance(place, HostRefused) for place in places):
            return tuple(place for place in places if isinstance(place, HostRefused))
        return run(self._begin_each(jobs, places))

    async def _look(
        self, nodes: Mapping[Address, NodeKind], jobs: Sequence[str], survey: str, stores: Mapping[Address, Sequence[str]]
    ) -> tuple[HostLook, ...]:
        hosts: dict[str, list[Address]] = {}
        for address in nodes:
            hosts.setdefault(address.host, []).append(address)
        ends = time.monotonic() + self._entry.look_timeout_s
        try:
            async with asyncio.timeout(self._entry.look_timeout_s), Reach(self._entry) as reach:
                slots = asyncio.Semaphore(self._entry.fan_out)
                seen = await asyncio.gather(
                    *(
                        self._look_at(reach, slots, ends, {a: nodes[a] for a in there}, jobs, survey, stores)
                        for there in hosts.values()
                    )
                )
        except HostError as error:
            return _troubled(nodes, str(error))
        except TimeoutError:
            return _troubled(nodes, "The jump host did not answer in time.")
        by_address = {look.address: look for looks_there in seen for look in looks_there}
        return tuple(by_address[address] for address in nodes)

    async def _look_at(
        self, reach: Reach, slots: asyncio.Semaphore, ends: float, nodes: Mapping[Address, NodeKind],
        jobs: Sequence[str], survey: str, stores: Mapping[Address, Sequence[str]],
    ) -> tuple[HostLook, ...]:  # fmt: skip
        host = next(iter(nodes)).host
        left = ends - time.monotonic() - 0.3
        try:
            async with asyncio.timeout(left), slots, reach.link(host) as link:
                return await self._ask(link, nodes, jobs, survey, stores, ends)
        except HostError as error:
            return _troubled(nodes, str(error))
        except TimeoutError:
            return _troubled(nodes, f"{host} was not looked at within {self._entry.look_timeout_s:g} s.")

    async def _ask(
        self, link: Link, nodes: Mapping[Address, NodeKind], jobs: Sequence[str], survey: str,
        stores: Mapping[Address, Sequence[str]], ends: float,
    ) -> tuple[HostLook, ...]:  # fmt: skip
        places: list[tuple[Address, Place]] = []
        homeless: list[HostLook] = []
        for address, kind in nodes.items():
            try:
                places.append((address, place_of(self._entry, address, kind)))
            except HostRefused as refused:
                homeless += _troubled([address], str(refused))
        if not places:
            return tuple(homeless)
        sent = datetime.now(UTC)
        also = [stores.get(address, ()) for address, _ in places]
        text = probe_text([place for _, place in places], jobs, survey, spare=link.host == self._entry.spare, stores=also)
        answer = await link.run(text, ends - time.monotonic())
        lines = between_marks(answer.lines)
        seen = looks(lines, [(address, place.role) for address, place in places], sent, datetime.now(UTC))
        return (*(_in_unit(look, place.unit) for look, (_, place) in zip(seen, places, strict=True)), *homeless)

    def _checked(self, job: str, act: HostAct) -> Place | HostRefused:
        """Where the node lies; or why this job cannot be, which is known before any link."""
        try:
            job_id(job)
            place = place_of(self._entry, act.address, act.role)
            if isinstance(act, EditConf | SetStorage):
                checked_edit(act)
            # Written once without what only the host knows: a value that no job may hold is refused.
            job_script(job, act, place, self._entry, edit=ConfEdit(0, 0, "", "", ""))
        except HostRefused as refused:
            return refused
        return place

    async def _begin_each(
        self, jobs: Sequence[tuple[str, HostAct]], places: Sequence[Place | HostRefused]
    ) -> tuple[HostError | None, ...]:
        ends = time.monotonic() + BEGIN_S
        try:
            async with asyncio.timeout(BEGIN_S + 0.5), Reach(self._entry) as reach:
                each = zip(jobs, places, strict=True)
                return tuple(await asyncio.gather(*(self._begin(reach, job, act, place, ends) for (job, act), place in each)))
        except HostError as error:
            return (error,) * len(jobs)
        except TimeoutError:
            return (HostOutcomeUnknown(f"The jump host took longer than {BEGIN_S:g} s."),) * len(jobs)

    async def _begin(
        self, reach: Reach, job: str, act: HostAct, place: Place | HostRefused, ends: float
    ) -> HostError | None:
        if isinstance(place, HostRefused):
            return place
        host = act.address.host
        try:
            async with asyncio.timeout(ends - time.monotonic()), reach.link(host) as link:
                text = await self._prepared(reach, link, job, act, place, ends)
                if text is not None:
                    await _send(link, text, min(self._entry.command_timeout_s, ends - time.monotonic()))
        except HostError as error:
            return error
        except TimeoutError:
            return HostOutcomeUnknown(f"{host} took longer than {BEGIN_S:g} s.")
        return None

    async def _prepared(self, reach: Reach, link: Link, job: str, act: HostAct, place: Place, ends: float) -> str | None:
        """The text to send; None when the job was begun before. Some acts need something of the host first."""
        first_start = isinstance(act, StartProcess) and act.helper is not None
        if not isinstance(act, EditConf | SetStorage | BackUpMeta | StagePackage | RehearseMetadata) and not first_start:
            return job_script(job, act, place, self._entry)
        peek = dict(between_marks((await link.run(peek_text(place, job, act), self._entry.command_timeout_s)).lines))
        if read_jobs(list(peek.items()))[job].state is not JobState.ABSENT:
            return None
        if isinstance(act, StagePackage):
            package = Package(self._entry.packages, act.version)
            if peek.get("unpacked") != package.sha256:
                _want_room(link.host, place.stage, peek.get("room", ""), package.size, int(peek.get("sent") or 0))
                await upload(link, package, place.stage, ends - 2)
            return job_script(job, act, place, self._entry, sha256=package.sha256)
        if isinstance(act, RehearseMetadata):
            return await self._with_metadata(reach, link, job, act, place, ends)
        conf = base64.b64decode(peek.get("conf", ""))
        if not conf:
            raise HostRefused(f"{place.home}/conf/{place.role}.conf on {link.host} is missing or empty.")
        if isinstance(act, EditConf | SetStorage):
            edit = edited(place.role, conf, *checked_edit(act))
            return job_script(job, act, place, self._entry, edit=edit)
        return job_script(job, act, place, self._entry, meta=_meta_directory(conf, place.home))


    async def _with_metadata(
        self, reach: Reach, link: Link, job: str, act: RehearseMetadata, place: Place, ends: float
    ) -> str:
        """The copy is brought from the leader's host first."""
        home = place_of(self._entry, act.source, act.role)
        copy, (_, work) = backup_of(home, act.source, act.label), rehearsal_work(self._entry, act.label)
        async with reach.link(act.source.host) as there:
            found = await origin(there, copy, f"{home.home}/conf/fe.conf", self._entry.command_timeout_s)
            await bring(there, link, found, act, work, ends - 2)
        apart = {key.removesuffix("_port").replace("cloud_native_meta", "starmgr"): str(port) for key, port in found.ports.items()}
        return job_script(job, act, place, self._entry, apart=apart | {"heap": str(found.heap_mib)})


def probe_text(
    places: Sequence[Place], jobs: Sequence[str], survey: str = "", *, spare: bool = False, stores: Sequence[Sequence[str]] = ()
) -> str:
    """One look as a script; nothing in it but paths of the settings and job ids that were checked.

    `survey` is the beginning of the closer look (`closer_text`); empty: there is none.
    """
    calls = [f"job_state {job}" for job in jobs]
    calls += [f"node {index} {place.role} {place.home} {place.port}" for index, place in enumerate(places)]
    if survey:
        calls.append("host_survey")
        for index, place in enumerate(places):
            calls.append(f"survey {index} {place.role} {place.home} {place.port} {place.unit}; surroundings")
            calls += [f"store_line {path}" for path in (stores[index] if index < len(stores) else ())]
    if survey and spare:
        calls.append(f"{script('rehearsal')}\ntool=$(isolation); $tool true 2> /dev/null && tool=yes; echo \"isolation $tool\"")
    clock = 'echo "btime $(awk \'/^btime/ { print $2 }\' /proc/stat)"\necho "hz $(getconf CLK_TCK 2>/dev/null || echo 100)"'
    body = [_where(places[0]), script("process"), script("jobs_directory"), script("probe")]
    body += [survey + script("stores") + script("units")] if survey else []
    body += [f"echo; echo {BEGIN}", 'echo "clock $(date +%s.%N)"', clock, *calls, 'echo "clock_end $(date +%s.%N)"', f"echo {END}"]
    return whole("\n".join(body))


def _where(place: Place) -> str:
    return assignments({"stage": place.stage, "home": place.home, "role": place.role, "port": str(place.port)})


def peek_text(place: Place, job: str, act: HostAct) -> str:
    """What an act needs to know of the host before its job can be written."""
    body = [_where(place), script("process"), script("jobs_directory"), script("probe")]
    body += [f"echo; echo {BEGIN}", f"job_state {job}"]
    if isinstance(act, StagePackage):
        body += [
            f'mkdir -p "$stage"; lies="$stage/{act.version}"',
            f'[ ! -d "$lies/{place.part}" ] || echo "unpacked $(cat "$lies/.sr-sha256" 2>/dev/null)"',
            f'archive="$stage/StarRocks-{act.version}.tar.gz"',
            'echo "sent $(stat -c %s "$archive.part" 2>/dev/null || stat -c %s "$archive" 2>/dev/null)"',
            "echo \"room $(df -Pk \"$stage\" 2>/dev/null | awk 'END { print $4 }')\"",
        ]
    else:
        body += ['echo "conf $(head -c 262144 "$home/conf/$role.conf" 2>/dev/null | base64 | tr -d \'\\n\')"']
    return whole("\n".join([*body, f"echo {END}"]))


async def _send(link: Link, text: str, limit_s: float) -> None:
    """Begin the job; anything but a clear yes or a clear no is unknown."""
    answer = await link.run(text, limit_s)
    if "sr-begun" in answer.lines or "sr-attached" in answer.lines:
        return
    refused = [line.partition(" ")[2] for line in answer.lines if line.startswith("sr-refused ")]
    if refused and answer.status == _REFUSED_STATUS:
        raise HostRefused(f"{link.host}: {refused[0]}.")
    raise HostOutcomeUnknown(f"{link.host} did not say whether the job was begun ({answer.complaint or answer.status}).")


def _want_room(host: str, stage: str, free_kib: str, size: int, sent: int) -> None:
    """The archive itself, as far as it is not there yet, and what it unpacks to: three times its size."""
    needed = size * 3 - min(sent, size)
    if free_kib.isdigit() and int(free_kib) * 1024 < needed:
        raise HostRefused(f"{stage} on {host} has {int(free_kib) >> 10} MiB left, and the package needs {needed >> 20} MiB.")


def _meta_directory(conf: bytes, home: str) -> str:
    """fe: common/Config.java meta_dir, default ${STARROCKS_HOME}/meta."""
    text = value_of("fe", conf, "meta_dir") or "${STARROCKS_HOME}/meta"
    path = text.replace("${STARROCKS_HOME}", home).replace("${DORIS_HOME}", home)
    if not path.startswith("/") or "$" in path:
        raise HostRefused(f"meta_dir of fe.conf is `{text[:100]}`, which cannot be resolved from here.")
    return path


def _storable(paths: Sequence[str]) -> tuple[str, ...]:
    """Without those that no script may hold: they are not looked at, and no job takes them."""
    found = []
    for path in paths:
        with contextlib.suppress(HostRefused):
            found.append(storage(path))
    return tuple(found)


def _in_unit(look: HostLook, unit: str) -> HostLook:
    """What the settings say belongs to what is seen: a unit starts a process in its own way."""
    return look.with_(survey=look.survey.with_(unit=unit)) if unit and look.survey is not None else look


def _troubled(nodes: Iterable[Address], trouble: str) -> tuple[HostLook, ...]:
    now = datetime.now(UTC)
    return tuple(HostLook(address=address, taken_at=now, trouble=trouble) for address in nodes)


