"""Where a graceful stop can be relied on, version by version.

BE and CN: the versions from which StarRocks' own operator uses `-g` (starrocks-kubernetes-operator 1.11.5:
pkg/k8sutils/templates/pod/spec.go); before, queries are cancelled or the stop hangs (#22784). FE: stop_fe.sh knows `-g` from
3.4.2 on; older scripts send SIGTERM and wait, which is what they always did (fe: bin/stop_fe.sh per tag).
"""

from policies.cluster import ClusterState, NodeKind
from policies.units import in_list
from policies.versions import Number, build
from policies.voters import votes

SINCE_IN_LINE: dict[NodeKind, dict[tuple[int, int], int]] = {
    NodeKind.BACKEND: {(3, 3): 19, (3, 4): 8, (3, 5): 6},
    NodeKind.COMPUTE_NODE: {(3, 3): 17, (3, 4): 6, (3, 5): 2},
}
"""Release line -> first good patch; every later line is good, every earlier one is not."""
FRONTEND_SINCE: Number = (3, 4, 2)


def stops_gracefully(kind: NodeKind, version: str) -> bool:
    """Whether `-g` of the stop script does what it says; never for a version that cannot be read."""
    one = build(version)
    if one is None:
        return False
    if kind.frontend:
        return one.number >= FRONTEND_SINCE
    patches = SINCE_IN_LINE[kind]
    return one.line > max(patches) or one.number[2] >= patches.get(one.line, 1000)


def frontend_refuses(state: ClusterState) -> str | None:
    """Why a frontend would not stop gracefully now, as a sentence; None when it would.

    It asks that the living followers without it are at least half of all plus one (fe: StarRocksFE.java); otherwise it exits at
    once. Of three followers all must be alive; with one or two it never works.
    """
    now = votes(state)
    needed = now.total // 2 + 1
    if now.alive - 1 >= needed:
        return None
    words = f"A frontend stops gracefully only while {needed} followers beside it live"
    return f"{words}; {now.alive} of {now.total} are alive, so that each exits at once."


def why_plain(kind: NodeKind, *versions: str) -> str:
    """Why nodes of these versions are stopped without `-g`, for the plan."""
    unread = [version for version in versions if build(version) is None]
    if unread:
        return f"`{unread[0]}` is no released build, so it is not known whether its graceful stop can be relied on."
    them = in_list(list(versions))
    if kind.frontend:
        return f"Frontends of {them} know no graceful stop (3.4.2 and later do) and drop their connections."
    firsts = ", ".join(f"{major}.{minor}.{patch}" for (major, minor), patch in SINCE_IN_LINE[kind].items())
    return f"{kind.short}s of {them} are killed, with the queries and loads on them: their graceful stop is good from {firsts} on."
