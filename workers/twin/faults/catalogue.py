"""Every fault there is: name, arguments, what it does. One line here and a function is all a new one takes.

`at` is a backend as host:port, host or id; `fe` a frontend's host; seconds are simulated unless said.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from workers.twin.faults import connections, data, hosts, machines, nodes, views


class Required:
    """Marks an argument without a default."""


REQUIRED = Required()


@dataclass(frozen=True)
class Argument:
    name: str
    type: type
    default: object = REQUIRED


@dataclass(frozen=True)
class Fault:
    """`effect(twin, **arguments)`."""

    name: str
    summary: str
    arguments: tuple[Argument, ...]
    effect: Callable[..., None]


_AT = Argument("at", str)
_FE = Argument("fe", str)
_SECONDS = Argument("seconds", float, None)
_MATCHING = Argument("matching", str, "")
_TIMES = Argument("times", int, 1)
_HOST = Argument("host", str)
_ON = Argument("on", bool, True)

CATALOGUE = (
    Fault("be_down", "a backend's process dies; Alive turns false ~20 s later", (_AT,), nodes.be_down),
    Fault("be_up", "a backend's process starts; alive at the next heartbeat", (_AT,), nodes.be_up),
    Fault(
        "be_restart",
        "down and up again; a short one shows in LastStartTime only",
        (_AT, Argument("down_s", float, 8.0)),
        nodes.be_restart,
    ),
    Fault("be_shutdown", "graceful stop: SHUTDOWN at once from 3.4 on, else like be_down", (_AT,), nodes.be_shutdown),
    Fault(
        "host",
        "a host as it is, before or while it is a node. process: be, cn or fe; running false stops it, true starts it; "
        "version: its build; trouble (empty: none): be and cn cluster_id, token, epoch, address (wrong priority_networks), "
        "ip, localhost, binary; fe cluster_id, token, clock; port: where it listens, 0 where it is asked; helper: what an "
        "fe is started with; empty_meta: a former fe's directory is wiped; disk_gb, other_gb (other files), path and cpu "
        "count for the next ADD",
        (
            Argument("host", str),
            Argument("process", str, "be"),
            Argument("running", bool, None),
            Argument("version", str, None),
            Argument("trouble", str, None),
            Argument("port", int, None),
            Argument("helper", str, None),
            Argument("empty_meta", bool, None),
            Argument("disk_gb", float, None),
            Argument("other_gb", float, None),
            Argument("path", str, None),
            Argument("cpu", int, None),
        ),
        hosts.host,
    ),
    Fault(
        "host_process",
        "whether a process answers where a node is or will be added",
        (Argument("host", str), Argument("running", bool)),
        hosts.host_process,
    ),
    Fault(
        "host_offers",
        "what a backend that is added on a host later brings: size of its disk, build of StarRocks",
        (Argument("host", str), Argument("disk_gb", float, None), Argument("version", str, None)),
        hosts.host_offers,
    ),
    Fault(
        "host_slow_start",
        "processes that are started on a host serve only after so many seconds",
        (_HOST, Argument("seconds", float, 1200.0), Argument("process", str, None)),
        machines.slow_start,
    ),
    Fault(
        "host_never_starts",
        "a process that is started on a host ends at once, though the start script said yes",
        (_HOST, Argument("process", str, "be"), _ON),
        machines.never_starts,
    ),
    Fault("host_unreachable", "SSH to a host is refused, and open connections break", (_HOST, _ON), machines.unreachable),
    Fault(
        "host_cut",
        "the SSH link breaks at the next commands (that contain `matching`, or read it): before_exec or after_exec",
        (_HOST, Argument("after", str, "before_exec"), _MATCHING, _TIMES),
        machines.cut,
    ),
    Fault("host_no_pid_file", "the pid files of running processes are gone", (_HOST,), machines.no_pid_file),
    Fault("host_resurrects", "something starts a process again as soon as it ends", (_HOST, _ON), machines.resurrects),
    Fault("host_disk_full", "nothing more can be written on a host", (_HOST, _ON), machines.disk_full),
    Fault("host_ignores_term", "processes on a host do not heed SIGTERM or SIGUSR1", (_HOST, _ON), machines.ignores_term),
    Fault(
        "host_clock",
        "the clock of a host is ahead by so many real seconds; negative: behind",
        (_HOST, Argument("ahead_s", float)),
        machines.clock,
    ),
    Fault("host_java", "the JDK of a host is another one, such as 11.0.20", (_HOST, Argument("version", str)), machines.java),
    Fault(
        "host_file",
        "a file under the home of whoever logs in to a host: its text (null: it is not there) and octal mode",
        (_HOST, Argument("file", str), Argument("text", str, None), Argument("mode", str, "644")),
        machines.lay_file,
    ),
    Fault(
        "host_way",
        "how connections from a host to HOST:PORT, HOST or any end: open, refused, silent, nameless, failed",
        (_HOST, Argument("to", str), Argument("how", str, "silent")),
        machines.way,
    ),
    Fault(
        "host_port_taken",
        "something that is not StarRocks listens on a port of a host",
        (_HOST, Argument("port", int), _ON),
        machines.port_taken,
    ),
    Fault(
        "host_kernel",
        "a setting of a host's kernel: overcommit_memory, swappiness, max_map_count, transparent_hugepage",
        (_HOST, Argument("setting", str), Argument("value", str)),
        machines.kernel,
    ),
    Fault(
        "host_no_namespaces",
        "a host lets nobody make a network of its own (unshare); on false ends it",
        (_HOST, Argument("on", bool, True)),
        machines.no_namespaces,
    ),
    Fault(
        "rehearsal_fails",
        "a frontend tried on a copy of the metadata ends at once with these words; empty ends it",
        (_HOST, Argument("text", str, "java.io.IOException: got unknown type 20123")),
        machines.rehearsal_fails,
    ),
    Fault(
        "rehearsal_hangs",
        "a frontend tried on a copy of the metadata reads it for ever; on false ends it for the next one",
        (_HOST, Argument("on", bool, True)),
        machines.rehearsal_hangs,
    ),
    Fault(
        "wrong_package",
        "the package of a version holds files that report another one",
        (Argument("version", str), Argument("reports", str)),
        machines.wrong_package,
    ),
    Fault("balance_to", "the balancer fills this backend of the scenario too, as one that was added", (_AT,), nodes.balance_to),
    Fault(
        "slow_disk",
        "clones from and to a backend's disk take factor times as long; 1 mends it",
        (_AT, Argument("factor", float, 5.0)),
        nodes.slow_disk,
    ),
    Fault("disk_full", "other files fill a backend's disk, 1 GB stays free", (_AT,), nodes.disk_full),
    Fault(
        "set_disk",
        "set a backend's disk: data_used_gb, then avail_gb (other files give way or grow), total_gb, state",
        (
            _AT,
            Argument("data_used_gb", float, None),
            Argument("avail_gb", float, None),
            Argument("total_gb", float, None),
            Argument("state", str, None),
        ),
        nodes.set_disk,
    ),
    Fault(
        "no_room",
        "the data of all backends but `at` grows until leave_gb fit under the soft limits together",
        (_AT, Argument("leave_gb", float, 0.0)),
        nodes.no_room,
    ),
    Fault(
        "leader_lost",
        "the leading frontend's process exits; ~12 s without leader; back as follower after returns_after_s",
        (Argument("returns_after_s", float, 60.0),),
        nodes.leader_lost,
    ),
    Fault("fe_down", "a frontend's process exits", (_FE,), nodes.fe_down),
    Fault("fe_up", "a frontend's process starts", (_FE,), nodes.fe_up),
    Fault(
        "fe_restart",
        "a frontend's process exits and is back after down_s; if it led, another leads from then on",
        (_FE, Argument("down_s", float, 20.0)),
        nodes.fe_restart,
    ),
    Fault(
        "fe_stop_gracefully",
        "stop_fe.sh -g: from 3.4 on, and if enough followers stay, the lead goes over first; else like fe_down",
        (_FE, Argument("returns_after_s", float, None)),
        nodes.fe_stop_gracefully,
    ),
    Fault(
        "running_queries",
        "so many queries run on a backend or compute node, for seconds or for good",
        (_AT, Argument("queries", int), _SECONDS),
        hosts.running_queries,
    ),
    Fault(
        "cut_connections",
        "break open connections, of one frontend or account or all",
        (Argument("fe", str, None), Argument("user", str, None)),
        connections.cut_connections,
    ),
    Fault(
        "refuse_connections",
        "no new connections for a while, on one frontend or all",
        (Argument("seconds", float), Argument("fe", str, None)),
        connections.refuse_connections,
    ),
    Fault(
        "slow_statements",
        "statements containing `matching` wait so many real milliseconds; 0 ends it",
        (Argument("ms", float), _MATCHING),
        connections.slow_statements,
    ),
    Fault(
        "statement_timeout",
        "the next statements containing `matching` take effect, but the connection breaks before the reply",
        (_MATCHING, _TIMES),
        connections.statement_timeout,
    ),
    Fault(
        "cut_before",
        "the connection breaks before the next statements containing `matching` take effect",
        (_MATCHING, _TIMES),
        connections.cut_before,
    ),
    Fault("frozen_scheduler", "somebody leaves tablet_sched_max_scheduling_tablets at 0", (), nodes.frozen_scheduler),
    Fault(
        "setting",
        "somebody sets a frontend config",
        (Argument("key", str), Argument("value", str)),
        nodes.setting,
    ),
    Fault(
        "recycle_bin",
        "somebody drops partitions with so many tablets on a backend; erased after seconds (default: the setting)",
        (_AT, Argument("tablets", int, 20), _SECONDS),
        data.recycle_bin,
    ),
    Fault(
        "long_transaction",
        "a load that holds replicas of a database (default: the biggest); prepared age_s ago, ends after seconds",
        (Argument("database", str, None), _SECONDS, Argument("age_s", float, 7200.0)),
        data.long_transaction,
    ),
    Fault(
        "routine_load",
        "a routine load runs (database: default the biggest), or gets this state: RUNNING, PAUSED, STOPPED",
        (Argument("job", str), Argument("database", str, None), Argument("state", str, "RUNNING"), Argument("reason", str, "")),
        data.routine_load,
    ),
    Fault("end_transactions", "all running loads end", (), data.end_transactions),
    Fault("create_table", "somebody creates a table (db.name), no partition yet", (Argument("table", str),), data.create_table),
    Fault(
        "alter_job",
        "a table (db.name; default: the biggest) is under a schema change, for seconds or for good",
        (Argument("table", str, None), _SECONDS),
        data.alter_job,
    ),
    Fault(
        "colocate_unstable",
        "colocate groups are unstable and nothing of them moves, for seconds or for good",
        (_SECONDS,),
        data.colocate_unstable,
    ),
    Fault("colocate_wait", "colocate tablets wait 900 s for a resting set of backends", (), data.colocate_wait),
    Fault(
        "source_unhealthy",
        "so many tablets on a backend have no replica that can be read",
        (_AT, Argument("tablets", int, 3)),
        data.source_unhealthy,
    ),
    Fault("source_healthy", "every tablet can be read again", (), data.source_healthy),
    Fault(
        "location",
        "a backend gets a location label; so many of its tablets may lie only where that label is",
        (_AT, Argument("label", str, "rack:r1"), Argument("tablets", int, 0)),
        data.location,
    ),
    Fault(
        "strict_medium",
        "so many tablets on a backend want a storage medium that no other backend has",
        (_AT, Argument("tablets", int, 5)),
        data.strict_medium,
    ),
    Fault(
        "replicas_exceed",
        "somebody creates a table with as many replicas as there are alive backends (or `replication`)",
        (Argument("replication", int, None), Argument("tablets", int, 3)),
        data.replicas_exceed,
    ),
    Fault(
        "replicas_lowered",
        "somebody lowers the number of replicas wherever it is higher",
        (Argument("replication", int),),
        data.replicas_lowered,
    ),
    Fault(
        "unhealthy_baseline",
        "so many tablets are unhealthy for reasons of their own",
        (Argument("tablets", int, 5),),
        data.unhealthy_baseline,
    ),
    Fault(
        "missed_loads",
        "loads went on while the backend was away: so many of its tablets lack versions until the scheduler repairs them",
        (_AT, Argument("tablets", int)),
        data.missed_loads,
    ),
    Fault("drain_rate", "clones run factor times as fast", (Argument("factor", float),), data.drain_rate),
    Fault(
        "image_fails",
        "no image of the metadata is made any more, as with a full meta disk; failing false ends it",
        (Argument("failing", bool, True),),
        views.image_fails,
    ),
    Fault(
        "view_broken",
        "a materialized view (db.name) cannot be activated any more, for this error; an empty one mends it",
        (Argument("view", str), Argument("error", str, "Unknown table 'hive.ods.orders'")),
        views.view_broken,
    ),
    Fault(
        "view_fails",
        "a materialized view's refresh fails with this error; an empty one mends it",
        (Argument("view", str), Argument("error", str, "Memory of process exceed limit")),
        views.view_fails,
    ),
    Fault(
        "view_refresh",
        "somebody refreshes a materialized view completely; it takes seconds (default: as always)",
        (Argument("view", str), _SECONDS),
        views.view_refresh,
    ),
    Fault("view_dropped", "somebody drops a materialized view", (Argument("view", str),), views.view_dropped),
    Fault("node_readded", "somebody drops a backend and adds it again: a new id", (_AT,), nodes.node_readded),
    Fault("node_dropped", "somebody drops a backend by force", (_AT,), nodes.node_dropped),
    Fault("foreign_decommission", "somebody decommissions a backend", (_AT,), nodes.foreign_decommission),
    Fault("foreign_cancel", "somebody cancels a decommission", (_AT,), nodes.foreign_cancel),
)
FAULTS: dict[str, Fault] = {fault.name: fault for fault in CATALOGUE}


def arguments_for(fault: Fault, given: Mapping[str, object]) -> dict[str, object]:
    """The fault's arguments with defaults, checked; ValueError says what was wrong and what there is."""
    known = {argument.name: argument for argument in fault.arguments}
    strange = [name for name in given if name not in known]
    if strange:
        raise ValueError(f"{fault.name} takes {', '.join(known) or 'no arguments'}, not {', '.join(strange)}")
    return {name: _value(fault, argument, given) for name, argument in known.items()}


def _value(fault: Fault, argument: Argument, given: Mapping[str, object]) -> object:
    value = given.get(argument.name, argument.default)
    if value is REQUIRED:
        raise ValueError(f"{fault.name} needs {argument.name}")
    if value is None:
        return None
    if argument.type is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if argument.type is str and isinstance(value, int):
        return str(value)
    if not isinstance(value, argument.type) or (argument.type is int and isinstance(value, bool)):
        raise ValueError(f"{fault.name}: {argument.name} must be {argument.type.__name__}, not {value!r}")
    return value


def catalogue() -> list[dict[str, object]]:
    """For people and the control API: name, arguments with type and default, summary."""
    return [
        {
            "name": fault.name,
            "summary": fault.summary,
            "args": {
                argument.name: {
                    "type": argument.type.__name__,
                    "required": argument.default is REQUIRED,
                    "default": None if argument.default is REQUIRED else argument.default,
                }
                for argument in fault.arguments
            },
        }
        for fault in CATALOGUE
    ]
