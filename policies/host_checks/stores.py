"""What lies in the directories that a node will keep its data in: nothing, or it is refused (mission 001 §2).

A backend refuses a cluster whose id is not the one in its storage paths (be: storage/cluster_id_mgr.cpp, agent/
heartbeat_server.cpp "Unmatched cluster id"); a frontend that finds ROLE and VERSION in its meta_dir never reads --helper
(fe: server/NodeMgr.java). Nothing there is ever deleted from here.
"""

from collections.abc import Sequence

from policies.host_checks.seen import Seen, block, warn
from policies.hosts import Store, StoreState
from policies.plan import Finding
from policies.units import in_list

NAME = "storage"
KEEP = "Nothing is deleted from here: name an empty directory in its conf file, or move away what lies there."
UNUSABLE = {
    StoreState.MISSING: "is not there",
    StoreState.NOWHERE: "is not there",
    StoreState.LOCKED: "may not be read and written by the account of the driver",
    StoreState.BLOCKED: "is no directory",
}


def judge_stores(nodes: Sequence[Seen], cluster_id: int) -> list[Finding]:
    """Of nodes that are to be added; what was not looked at is not judged."""
    return [finding for node in nodes if not node.look.trouble for finding in _of(node, cluster_id)]


def _of(node: Seen, cluster_id: int) -> list[Finding]:
    what = "meta_dir" if node.kind.frontend else "Storage path"
    stores = node.survey.stores
    found = []
    for state, words in UNUSABLE.items():
        paths = [store.path for store in stores if store.state is state]
        if paths:
            advice = f"Make it on {node.address.host}, empty, owned by the account that runs StarRocks."
            found.append(block(NAME, f"{_named(what, paths)} of {node} {words}.", advice))
    used = [store for store in stores if store.state is StoreState.USED]
    for other in dict.fromkeys(store.cluster_id for store in used):
        found += _used(node, what, [store for store in used if store.cluster_id == other], other, cluster_id)
    return found


def _used(node: Seen, what: str, stores: list[Store], other: int | None, cluster_id: int) -> list[Finding]:
    where = f"{_named(what, [store.path for store in stores])} of {node}"
    if other is not None and cluster_id and other != cluster_id:
        words = f"{where} holds data of another cluster (id {other}; this one is {cluster_id})."
        return [block(NAME, words, f"Is it the right host? {KEEP}")]
    if node.kind.frontend and node.look.process is None:
        words = f"{where} holds a former membership, so that --helper would not be read." if other else f"{where} is not empty."
        return [block(NAME, words, KEEP)]
    if node.kind.frontend:
        return []  # It was started first, and waits to be added.
    whose = "." if other is None else ": it holds data of a former node of this cluster."
    if other is not None and not cluster_id:
        whose = f": it names cluster {other}; is that this one?"
    return [warn(NAME, f"{where} is not empty{whose}", KEEP)]


def _named(what: str, paths: list[str]) -> str:
    return f"{what} {in_list(paths)}"
