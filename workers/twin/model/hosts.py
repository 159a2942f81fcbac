"""Hosts before they are nodes: what is installed there, what runs, and what would keep it out of the cluster.

A host nobody described has the cluster's build installed and running, with an empty disk of the newest hosts' size.
"""

from dataclasses import dataclass, field

REFUSED = "java.net.ConnectException: Connection refused (Connection refused)"

TROUBLES = {
    # be: agent/heartbeat_server.cpp
    "cluster_id": "Unmatched cluster id",
    "token": "Unmatched token",
    "epoch": "Out-dated epoch",
    "address": "FE saved address not match backend address",
    "ip": "Unmatched backend ip",
    "localhost": "FE heartbeat with localhost ip but BE is not deployed on the same machine",
    "binary": "Backend service binary was not compiled with SHARED_DATA support!",
    "shutdown": "BE is shutting down",
}
"""What a process answers to heartbeats instead of OK. `address` is what a wrong priority_networks ends in."""

WRONG_TYPE = "expect to be {} but actually {},Unmatched node type!"

FRONTEND_TROUBLES = ("cluster_id", "token", "clock")
"""`cluster_id`: its meta directory is another cluster's. `token`: another's secret. `clock`: more than
max_bdbje_clock_delta_ms (5000) apart, so BDB JE lets it not in and the process ends."""


@dataclass
class Program:
    """A process on a host: of a backend or compute node (`kind` says which, empty: whichever is wanted), or a frontend.

    `port` is the heartbeat or edit log port it listens on, 0 whichever is asked. `helper` is what a frontend was
    started with, empty: the right one. `stale_meta`: a frontend's directory still holds a former membership.
    """

    running: bool = True
    version: str = ""
    trouble: str = ""
    kind: str = ""
    port: int = 0
    helper: str = ""
    stale_meta: bool = False


@dataclass
class Misconduct:
    """What goes wrong on a host that people reach over SSH (`workers.twin.machines`); elsewhere it has no effect.

    `start_s`: process ("be", "cn", "fe") -> simulated seconds until it serves. `cuts`: when the link breaks at the next
    commands ("before_exec" or "after_exec"), and the text that such a command, or its standard input, must hold.
    """

    start_s: dict[str, float] = field(default_factory=dict)
    never_starts: set[str] = field(default_factory=set)
    cuts: list[tuple[str, str]] = field(default_factory=list)
    unreachable: bool = False
    resurrects: bool = False
    disk_full: bool = False
    ignores_term: bool = False
    pid_files_lost: bool = False
    clock_ahead_s: float = 0.0
    java: str = ""
    """Version of the JDK; empty: one that is new enough for all."""
    no_namespaces: bool = False
    """`unshare` is refused, as in many containers."""
    rehearsal_fails: str = ""
    """What a frontend that is tried there on a copy of the metadata says when it ends at once."""
    rehearsal_hangs: bool = False
    """Such a frontend reads the metadata and never comes to its end."""
    files: list[tuple[str, str | None, int]] = field(default_factory=list)
    """Path under the home of whoever logs in, text (None: away with it) and mode of files that somebody puts there next."""
    ways: dict[tuple[str, str], str] = field(default_factory=dict)
    """(Host, port) or "any" -> how a connection from here ends: refused, silent, nameless or failed."""
    taken_ports: set[int] = field(default_factory=set)
    """Something else listens there."""
    kernel: dict[str, str] = field(default_factory=dict)
    """File under /proc or /sys -> what it says, where that is not what StarRocks asks for."""


@dataclass
class Host:
    """`storage` is the backend's or compute node's process, `frontend` the other. Sizes in bytes."""

    name: str
    disk_total: int = round(1.475 * 1024**4)  # TB, as the newest hosts of mission 000
    other_used: int = 0
    cpu_cores: int = 32
    storage_path: str = "/data/starrocks/be/storage"
    storage: Program = field(default_factory=Program)
    frontend: Program = field(default_factory=Program)
    misconduct: Misconduct = field(default_factory=Misconduct)
    spare: bool = False
    """Kept for rehearsals: nothing runs there, and it is no node's."""

    def refusal(self, wanted: str, port: int) -> str:
        """ErrMsg of a node of kind `wanted` ("BE" or "CN") whose heartbeats go to `port` here; empty if it is welcome."""
        program = self.storage
        if program.port and program.port != port:
            return REFUSED
        if program.kind and program.kind.upper() != wanted:
            return WRONG_TYPE.format(wanted, program.kind.upper())
        return TROUBLES.get(program.trouble, "")
