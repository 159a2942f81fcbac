"""What one look at a node's host saw: its process, what is installed, and how far our own jobs there are.

Times are the host's own clock in UTC. Whatever could not be read is None or empty; a rule that needs it says "unknown".
A host's exit codes prove nothing (bin/start_be.sh --daemon returns 0 at once): an act counts as done when the process
and the cluster's own lists show it.
"""

import re
from datetime import datetime
from enum import StrEnum

from pydantic import Field

from policies.address import Address
from policies.record import Record


class JobState(StrEnum):
    """A detached job on a host. ABSENT: it was never begun. LOST: it was, but neither runs nor left an exit code."""

    ABSENT = "absent"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    LOST = "lost"


class HostJob(Record):
    """One job by its id; `said` is the last line of its output that is meant for people."""

    id: str
    state: JobState
    exit_code: int | None = None
    said: str = ""


class Process(Record):
    """The node's process as the host shows it; `executable` is where /proc/<pid>/exe leads, `unit` its systemd unit."""

    pid: int
    started_at: datetime | None = None
    executable: str = ""
    unit: str = ""


class StoreState(StrEnum):
    """A directory for tablets or metadata. LOCKED: our account may not use it. BLOCKED: something else has its name.

    MISSING: it can be made where it should be; NOWHERE: it cannot, since what it lies in is missing or locked.
    """

    EMPTY = "empty"
    USED = "used"
    MISSING = "missing"
    NOWHERE = "nowhere"
    LOCKED = "locked"
    BLOCKED = "blocked"


class Store(Record):
    """A storage path of a backend or compute node, or a frontend's meta_dir; `cluster_id` is whose data it says it holds."""

    path: str
    state: StoreState
    cluster_id: int | None = None


class FileState(StrEnum):
    """A file as the account sees it. SHUT: a directory on the way to it may not be entered, so nothing is known of it."""

    READABLE = "readable"
    CLOSED = "closed"
    SHUT = "shut"
    ABSENT = "absent"


class HostFile(Record):
    """A file beside the installation; `shut` is the directory that may not be entered, `sha256` only of what holds no key."""

    path: str
    state: FileState
    mode: str = ""
    owner: str = ""
    size: int | None = None
    sha256: str = ""
    shut: str = ""

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]


class Reached(StrEnum):
    """How a connection from the host to an endpoint ended. NAMELESS: the name of its host is not known there."""

    OPEN = "open"
    REFUSED = "refused"
    SILENT = "silent"
    NAMELESS = "nameless"
    FAILED = "failed"


class Kernel(Record):
    """What the kernel of the host is set to; `swap` in bytes, `huge_pages` is always, madvise or never."""

    overcommit: int | None = None
    swappiness: int | None = None
    swap: int | None = None
    huge_pages: str = ""
    map_areas: int | None = None


class HostSurvey(Record):
    """What only a closer look tells: installed files, limits, memory, disk, configuration. Sizes in bytes."""

    installed: str = ""
    """Version that the files on disk report (bin/show_be_version.sh, bin/show_fe_version.sh)."""
    java: str = ""
    cores: int | None = None
    memory: int | None = None
    home_free: int | None = None
    meta_free: int | None = None
    """Free where a frontend's meta_dir lies or will lie, which may be a disk of its own."""
    open_files: int | None = None
    threads: int | None = None
    killed_after_s: int | None = None
    """Seconds after a stop at which systemd kills the process, as its unit says; None: never, or nobody watches it."""
    """How many processes and threads the account may have."""
    clock_skew_s: float | None = None
    """The host's clock minus ours."""
    conf: dict[str, str] | None = None
    """The node's be.conf, cn.conf or fe.conf as the process reads it; values of keys that may hold a secret are left out."""
    conf_sha256: str = ""
    conf_read: bool | None = None
    """Whether the process that runs began after its conf file was last changed, so that it has what the file says."""
    heap: str = ""
    """The -Xmx that the running JVM was started with, as written; the last one counts. Empty for a backend."""
    listed: bool = True
    """Whether it is known which files the installed package brought; else a swap cannot tell all of people's jars."""
    extra_jars: tuple[str, ...] = ()
    """Jars in lib/ that the package did not bring, as far as its own list of files tells."""
    staged: dict[str, bool] = Field(default_factory=dict)
    """Version -> whether its package lies unpacked and verified in the staging directory."""
    isolation: str = ""
    """Of a spare host: "yes" when it can make a network of its own, else the command that fails; empty: not asked."""
    stores: tuple[Store, ...] = ()
    """Where the conf file says that tablets or metadata lie, and the directories that were asked for."""
    unit: str = ""
    """The systemd service that the settings name for this process; empty: StarRocks' own scripts are used."""
    backups: tuple[str, ...] = ()
    """Versions of bin and lib that were kept by an earlier swap."""
    krb5: HostFile | None = None
    """The Kerberos configuration that the process reads, or would read."""
    keytabs: tuple[HostFile, ...] = ()
    """Those of the settings. Nothing that depends on what is in them ever leaves the host."""
    sites: tuple[HostFile, ...] = ()
    """Files in conf/ that tell how to reach Hadoop and Hive."""
    udfs: dict[str, int] | None = None
    """Jars of Java UDFs that were copied onto the host -> bytes."""
    reached: dict[str, Reached] = Field(default_factory=dict)
    """Endpoint of the settings -> what came of a connection from this host."""
    members: dict[str, Reached] = Field(default_factory=dict)
    """The same of ports of the cluster, where the caller asked for them."""
    listening: frozenset[int] | None = None
    """TCP ports that anything on the host listens on."""
    kernel: Kernel | None = None


class HostLook(Record):
    """One look at the host of the node that SHOW lists at `address`.

    `trouble` says why nothing is known when the host could not be reached.
    """

    address: Address
    taken_at: datetime
    trouble: str = ""
    process: Process | None = None
    unfinished: str = ""
    """A swap of versions that was cut, as "new old": files of two versions may lie there, and nothing may run on them."""
    jobs: dict[str, HostJob] = Field(default_factory=dict)
    survey: HostSurvey | None = None


_NOT_IN_A_NAME = re.compile(r"[^a-z0-9.-]+")
LONGEST_JOB = 120


def job_name(operation: str, step: str, now: datetime) -> str:
    """The id of a new job: what it belongs to, and when it was first meant to begin, so that a later try is another one."""
    name = _NOT_IN_A_NAME.sub("-", f"{operation}-{step}".lower())[: LONGEST_JOB - 20]
    return f"{name}-{now:%Y%m%d%H%M%S}{now.microsecond // 1000:03d}"
