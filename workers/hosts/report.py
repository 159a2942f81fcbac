"""What the probe printed, as looks. An answer that is not complete is no answer."""

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from policies.address import Address
from policies.hosts import HostJob, HostLook, HostSurvey, JobState, Process, Store, StoreState
from workers.hosts import HostOutcomeUnknown, surroundings
from workers.hosts.conf_files import values_of, without_secrets

BEGIN, END = "sr-look", "sr-look-end"

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_RELEASE = re.compile(r"\d+\.\d+\.\d+[A-Za-z0-9._-]*")
_COMMIT = re.compile(r"(?:Commit hash: *|\(build )([0-9a-f]{4,40})")
_SIZE = re.compile(r"\d{1,18}[kKmMgGtT]?")
_STATES = {"absent": JobState.ABSENT, "running": JobState.RUNNING, "lost": JobState.LOST}

Lines = Sequence[tuple[str, str]]


def between_marks(lines: Sequence[str]) -> list[tuple[str, str]]:
    """(word, rest) of every line between the marks: a login may print its own. Raises HostOutcomeUnknown without an end."""
    try:
        start = lines.index(BEGIN) + 1
        inside = lines[start : lines.index(END, start)]
    except ValueError:
        raise HostOutcomeUnknown("The host's answer is not complete.") from None
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in inside)]


def looks(
    lines: Lines, nodes: Sequence[tuple[Address, str]], sent: datetime, received: datetime
) -> tuple[HostLook, ...]:
    """One look for each node (with its role: be, fe, cn), in the order in which the probe was asked for them."""
    jobs = read_jobs(lines)
    clock = dict(lines)
    return tuple(
        HostLook(
            address=address,
            taken_at=received,
            trouble=_trouble(address, dict(_section(lines, "node", index))),
            process=_process(dict(_section(lines, "node", index)), clock),
            unfinished=_unfinished(dict(_section(lines, "node", index))),
            jobs=jobs,
            survey=_survey(_section(lines, "survey", index), _section(lines, "host", 0), role, _skew(clock, sent, received)),
        )
        for index, (address, role) in enumerate(nodes)
    )


def read_jobs(lines: Lines) -> dict[str, HostJob]:
    """Every job that was asked for, by its id."""
    said = {job: words for job, _, words in (rest.partition(" ") for word, rest in lines if word == "said")}
    jobs = {}
    for word, rest in lines:
        if word == "job":
            job, state, *code = rest.split()
            jobs[job] = _job(job, state, code[0] if code else "", without_secrets(clean(said.get(job, ""))))
    return jobs


def clean(text: str) -> str:
    """Words from a host on one line, without anything that could pretend to be something else."""
    return _CONTROL.sub(" ", text).strip()[:400]


def _job(job: str, state: str, code: str, said: str) -> HostJob:
    if state != "ended":
        return HostJob(id=job, state=_STATES[state], said=said)
    if not code.isdigit():
        return HostJob(id=job, state=JobState.LOST, said=said)
    return HostJob(id=job, state=JobState.FAILED if int(code) else JobState.DONE, exit_code=int(code), said=said)


def _section(lines: Lines, kind: str, index: int) -> Lines:
    """What follows the line `kind index` up to the next section."""
    inside, taken = False, []
    for word, rest in lines:
        if word in {"node", "host", "survey", "clock"}:
            inside = (word, rest) == (kind, str(index))
        elif inside:
            taken.append((word, rest))
    return taken


def _trouble(address: Address, said: Mapping[str, str]) -> str:
    """Why the node's process cannot be told, where something runs that may be it or is another's."""
    if "elsewhere" in said:
        return f"On {address.host}, {clean(said['elsewhere'])}: the settings of its hosts need a home for each of the two."
    return clean(said.get("hidden", ""))


def _unfinished(said: Mapping[str, str]) -> str:
    """A mark without words still tells that a swap was cut."""
    return (clean(said["unfinished"]) or "unknown") if "unfinished" in said else ""


def _process(said: Mapping[str, str], clock: Mapping[str, str]) -> Process | None:
    if "pid" not in said:
        return None
    started = None
    if said.get("ticks") and clock.get("btime"):
        started = datetime.fromtimestamp(int(clock["btime"]) + int(said["ticks"]) / int(clock.get("hz") or 100), UTC)
    program = clean(said.get("executable", ""))
    return Process(pid=int(said["pid"]), started_at=started, executable=program, unit=said.get("unit", ""))


def _skew(clock: Mapping[str, str], sent: datetime, received: datetime) -> float | None:
    """The host reads its clock at both ends of its answer, which may take seconds: its middle minus the middle of ours."""
    try:
        begun = float(clock.get("clock", ""))
        ended = float(clock.get("clock_end", begun))
    except ValueError:
        return None
    return round((begun + ended) / 2 - (sent.timestamp() + received.timestamp()) / 2, 3)


def _survey(lines: Lines, host: Lines, role: str, skew: float | None) -> HostSurvey | None:
    if not lines:
        return None
    one = dict(lines)
    conf = _decoded(one.get("conf"))
    return HostSurvey(
        installed=version_in("\n".join(rest for word, rest in lines if word == "version")),
        java=clean(one.get("java", "")),
        cores=_number(one.get("cores")),
        memory=_number(one.get("memory")),
        home_free=_number(one.get("free")),
        meta_free=_number(one.get("metafree")),
        open_files=_number(one.get("files")),
        threads=_number(one.get("threads")),
        killed_after_s=_number(one.get("kills")),
        clock_skew_s=skew,
        conf=None if conf is None else values_of(role, conf),
        conf_sha256=one.get("confsum", ""),
        conf_read={"yes": True, "no": False}.get(one.get("read", "")),
        heap=_heap(one.get("heap", "")),
        listed=one.get("listed") != "no",
        extra_jars=tuple(clean(rest) for word, rest in lines if word == "jar"),
        staged={name: yes == "yes" for yes, _, name in (rest.partition(" ") for word, rest in lines if word == "staged")},
        isolation=clean(one.get("isolation", "")),
        stores=tuple(store for word, rest in lines if word == "store" and (store := _store(rest)) is not None),
        backups=tuple(sorted(rest for word, rest in lines if word == "backup")),
        krb5=next(iter(surroundings.files(lines, "krb5")), None),
        keytabs=surroundings.files(lines, "keytab"),
        sites=surroundings.files(lines, "site"),
        udfs=surroundings.udfs(lines),
        reached=surroundings.ways(host, "reached"),
        members=surroundings.ways(host, "members"),
        listening=surroundings.listening(host),
        kernel=surroundings.kernel(host),
    )


def _store(text: str) -> Store | None:
    state, _, rest = text.partition(" ")
    cluster, _, path = rest.partition(" ")
    if state not in set(StoreState) or not path:
        return None
    return Store(path=clean(path), state=StoreState(state), cluster_id=int(cluster) if cluster.isdigit() else None)


def _heap(text: str) -> str:
    return text if _SIZE.fullmatch(text) else ""


def version_in(text: str) -> str:
    """`3.3.9-a1b2c3d` as SHOW prints it, of what StarRocks' scripts print; empty when they print no version.

    fe: StarRocksFE.java "Build version: …", "Commit hash: …"; be: "3.3.9 RELEASE (build a1b2c3d)".
    """
    release, commit = _RELEASE.search(text), _COMMIT.search(text)
    if release is None:
        return ""
    return f"{release[0]}-{commit[1]}" if commit and "-" not in release[0] else release[0]


def _decoded(text: str | None) -> bytes | None:
    try:
        return None if text is None else base64.b64decode(text, validate=True)
    except binascii.Error:
        return None


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdigit() else None
