"""The menu's lines about processes: restart, stop, start."""

from policies import checks
from policies.cluster import NodeKind
from policies.playbooks import rehearse, whole_cluster
from policies.playbooks.entry import EDIT_LOG_PORT, HEARTBEAT_PORT, OPTIONAL, REST, Entry
from policies.playbooks.processes import ACCEPT, Verb, nodes_of, processes, with_frontends
from policies.playbooks.resize import resize, with_neighbours
from policies.playbooks.upgrade import TO, Way, upgrade
from policies.request import OperationKind
from policies.resizing import HEAP, MEM_LIMIT

Line = tuple[OperationKind, NodeKind, Verb, str, int, tuple[checks.Check, ...], str]

ROLLED = ("blacklists", "routine_loads")
"""What is read beside the cluster where nodes restart one after the other."""
LINES: tuple[Line, ...] = (
    (OperationKind.RESTART_BACKEND, NodeKind.BACKEND, "restart", "be", HEARTBEAT_PORT, checks.RESTART_BACKEND,
     "Restart backends one after the other, each seen back and the cluster at rest before the next."),
    (OperationKind.RESTART_COMPUTE_NODE, NodeKind.COMPUTE_NODE, "restart", "cn", HEARTBEAT_PORT,
     checks.RESTART_COMPUTE_NODE, "Restart compute nodes one after the other, each seen back."),
    (OperationKind.RESTART_FRONTEND, NodeKind.FOLLOWER, "restart", "fe", EDIT_LOG_PORT, checks.RESTART_FRONTEND,
     "Restart frontends one after the other, the leader last."),
    (OperationKind.STOP_BACKEND, NodeKind.BACKEND, "stop", "be", HEARTBEAT_PORT, checks.STOP_BACKEND,
     "Stop the process of one backend, and leave it stopped."),
    (OperationKind.STOP_COMPUTE_NODE, NodeKind.COMPUTE_NODE, "stop", "cn", HEARTBEAT_PORT, checks.STOP_COMPUTE_NODE,
     "Stop the processes of compute nodes."),
    (OperationKind.STOP_FRONTEND, NodeKind.FOLLOWER, "stop", "fe", EDIT_LOG_PORT, checks.STOP_FRONTEND,
     "Stop the process of one frontend, while the others keep the majority."),
    (OperationKind.START_BACKEND, NodeKind.BACKEND, "start", "be", HEARTBEAT_PORT, checks.START_BACKEND,
     "Start the processes of backends that are down, and see them alive."),
    (OperationKind.START_COMPUTE_NODE, NodeKind.COMPUTE_NODE, "start", "cn", HEARTBEAT_PORT, checks.START_COMPUTE_NODE,
     "Start the processes of compute nodes that are down."),
    (OperationKind.START_FRONTEND, NodeKind.FOLLOWER, "start", "fe", EDIT_LOG_PORT, checks.START_FRONTEND,
     "Start the processes of frontends that are down, and see them caught up."),
)

VERSIONS: tuple[tuple[OperationKind, Way, str, str], ...] = (
    (OperationKind.UPGRADE, "upgrade", "3.3.9",
     "Bring every node to a newer version, one at a time: a canary that people look at, backends, frontends, the leader last."),
    (OperationKind.DOWNGRADE, "downgrade", "3.3.3",
     "Bring every node back to an older version: frontends first, the leader last of them, then backends."),
)  # fmt: skip

SIZES: tuple[tuple[OperationKind, NodeKind, str, int, tuple[checks.Check, ...], str, str, str], ...] = (
    (OperationKind.RESIZE_BACKEND, NodeKind.BACKEND, "be", HEARTBEAT_PORT, checks.RESIZE_BACKEND, MEM_LIMIT, "80%",
     "Give backends another mem_limit: checked against the host's memory, written, restarted one after the other."),
    (OperationKind.RESIZE_COMPUTE_NODE, NodeKind.COMPUTE_NODE, "cn", HEARTBEAT_PORT, checks.RESIZE_COMPUTE_NODE, MEM_LIMIT, "80%",
     "Give compute nodes another mem_limit, one after the other."),
    (OperationKind.RESIZE_FRONTEND, NodeKind.FOLLOWER, "fe", EDIT_LOG_PORT, checks.RESIZE_FRONTEND, HEAP, "16g",
     "Give frontends another heap, in the line of fe.conf that their version and Java read; the leader last."),
)  # fmt: skip


def _beside(node: NodeKind) -> tuple[str, ...]:
    """What is read beside the cluster for a roll of one kind; no frontend is on a blacklist."""
    return ("routine_loads",) if node.frontend else ROLLED


ENTRIES: tuple[Entry, ...] = (
    *(
        Entry(
            kind=kind,
            words=(verb, word),
            usage=f"{verb} {word} HOST:PORT {REST}" if verb != "restart" else f"{verb} {word} HOST:PORT … | all {OPTIONAL}",
            summary=summary,
            example=f"{verb} {word} 10.84.0.18:{port}",
            operation_class="processes",
            port=port,
            checks=rules,
            make_plan=processes(node, verb, rules),
            options=(ACCEPT,) if rules in (checks.RESTART_BACKEND, checks.STOP_BACKEND) else (),
            also=_beside(node) if verb == "restart" else (),
            all_of=verb == "restart",
            survey=rules is checks.RESTART_FRONTEND,
            on_hosts=with_frontends(nodes_of(node)) if rules is checks.RESTART_FRONTEND else nodes_of(node),
        )
        for kind, node, verb, word, port, rules, summary in LINES
    ),
    Entry(
        kind=OperationKind.RESTART_ALL,
        words=("restart", "all"),
        usage=f"restart all {OPTIONAL}",
        summary="Restart every node of the cluster, one after the other: backends, compute nodes, frontends, the leader last.",
        example="restart all",
        operation_class="processes",
        port=HEARTBEAT_PORT,
        checks=checks.RESTART_ALL,
        make_plan=processes(None, "restart", checks.RESTART_ALL),
        options=(ACCEPT,),
        nodes=False,
        also=ROLLED,
        survey=True,
        on_hosts=nodes_of(None),
    ),
    Entry(
        kind=OperationKind.STOP_ALL,
        words=("stop", "all"),
        usage=f"stop all {OPTIONAL}",
        summary="Stop every node of the cluster: frontends first, the leader last of them, then compute nodes and backends.",
        example="stop all",
        operation_class="processes",
        port=HEARTBEAT_PORT,
        checks=checks.STOP_ALL,
        make_plan=whole_cluster.stop_all,
        nodes=False,
        also=("images",),
        ports=True,
        from_memory=True,
        on_hosts=nodes_of(None),
    ),
    Entry(
        kind=OperationKind.START_ALL,
        words=("start", "all"),
        usage=f"start all {OPTIONAL}",
        summary="Start every node that is down, also when no frontend answers: the frontend that led last, the others, backends.",
        example="start all",
        operation_class="processes",
        port=HEARTBEAT_PORT,
        checks=checks.START_ALL,
        make_plan=whole_cluster.start_all,
        nodes=False,
        ports=True,
        from_memory=True,
        on_hosts=nodes_of(None),
    ),
    Entry(
        kind=OperationKind.REHEARSE,
        words=("rehearse",),
        usage=f"rehearse VERSION {OPTIONAL}",
        summary="Start a newer frontend from a copy of the metadata, alone on a spare host without any network.",
        example="rehearse 3.3.9",
        operation_class="versions",
        port=HEARTBEAT_PORT,
        checks=(),
        make_plan=rehearse.make_plan,
        options=(TO,),
        nodes=False,
        also=("images",),
        survey=True,
        on_hosts=rehearse.two_hosts,
    ),
    *(
        Entry(
            kind=kind,
            words=("resize", word),
            usage=f"resize {word} HOST:PORT … | all {option}={value} {OPTIONAL}",
            summary=summary,
            example=f"resize {word} 10.84.0.18:{port} {option}={value}",
            operation_class="processes",
            port=port,
            checks=rules,
            make_plan=resize(node, rules),
            options=(option, ACCEPT) if node is NodeKind.BACKEND else (option,),
            also=_beside(node),
            all_of=True,
            survey=True,
            on_hosts=with_frontends(with_neighbours(nodes_of(node))) if node.frontend else with_neighbours(nodes_of(node)),
        )
        for kind, node, word, port, rules, option, value, summary in SIZES
    ),
    *(
        Entry(
            kind=kind,
            words=(way,),
            usage=f"{way} to VERSION {OPTIONAL}",
            summary=summary,
            example=f"{way} to {example}",
            operation_class="versions",
            port=HEARTBEAT_PORT,
            checks=(),
            make_plan=upgrade(way),
            options=(TO, ACCEPT),
            nodes=False,
            also=(*ROLLED, "images", "variables"),
            survey=True,
            on_hosts=nodes_of(None),
        )
        for kind, way, example, summary in VERSIONS
    ),
)
