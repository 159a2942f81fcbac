"""What a person prepares on a new host before it is added, as lines for the plan. What is signed is in policies.checklist.

Sources: mission 001 §2 and §3; docs: deployment/deploy_manually (--helper takes host:edit_log_port); be.conf, cn.conf and
fe.conf names.
"""

from policies.address import Address
from policies.cluster import ClusterState, NodeKind
from policies.joining import by_driver

CONF = {NodeKind.BACKEND: "be.conf", NodeKind.COMPUTE_NODE: "cn.conf"}


def to_prepare(kind: NodeKind, targets: tuple[Address, ...], state: ClusterState) -> tuple[str, ...]:
    """One line for each thing, for all targets together; empty when nothing is added."""
    if not targets:
        return ()
    hosts = ", ".join(address.host for address in targets)
    by_people = not all(by_driver(kind, address, state) for address in targets)
    return (
        f"On {hosts}: install StarRocks {state.version}, exactly this build.",
        *(_frontend_lines(targets, state, by_people) if kind.frontend else _worker_lines(kind, targets)),
        "Clocks within 5 s of each other; the ports reachable from every frontend.",
    )


def _frontend_lines(targets: tuple[Address, ...], state: ClusterState, by_people: bool) -> tuple[str, ...]:
    helper = str(state.leader.address) if state.leader else "the leader"
    http = next((f.http_port for f in state.frontends), 8030)
    first = f"First start only after it was added, once with --helper {helper} (the edit_log_port, not the rpc_port)."
    return (
        f"fe.conf: edit_log_port = {targets[0].port}, http_port = {http} (all frontends must share it).",
        "fe.conf: priority_networks, JAVA_OPTS and JDK as on the others.",
        "meta_dir must exist and be empty.",
        first if by_people else "It must not have been started yet: that is done once it was added.",
    )


def _worker_lines(kind: NodeKind, targets: tuple[Address, ...]) -> tuple[str, ...]:
    conf = CONF[kind]
    lines = [
        f"{conf}: heartbeat_service_port = {targets[0].port}; ports, mem_limit and priority_networks as on the others.",
        "UDF jars, core-site.xml, hdfs-site.xml, krb5.conf and keytabs as on the others.",
    ]
    if kind is NodeKind.BACKEND:
        lines.insert(1, "storage_root_path must exist and be empty: a disk of another cluster is refused (Unmatched cluster id).")
    return tuple(lines)
