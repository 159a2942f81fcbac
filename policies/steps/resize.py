"""A node gets another value in its conf file and is restarted with it; an abort puts both back.

The undo of one node reads backwards: the file first, since a node may be down because of the new value, and only then the
process, and that only if it is not the one from before.
"""

from policies.acts import AskPerson, EditConf, RestartProcess, StartProcess
from policies.awaited import NodeRestarted, NodeUp
from policies.awaited_conf import ConfIs, ConfSeen
from policies.cluster import Backend, ClusterState, ComputeNode, Frontend, NodeKind
from policies.conditions.confs import shown
from policies.pacing import Pacing
from policies.plan import Step
from policies.releases.graceful import stops_gracefully
from policies.resizing import Change
from policies.steps.process import COME_BACK, PATIENCE, SCRIPTS, after, quiet

Node = Backend | ComputeNode | Frontend

WRITTEN_WITHIN = 600.0


def resize(change: Change, node: Node, state: ClusterState, pacing: Pacing) -> tuple[Step, ...]:
    """One node: seen to be as planned, its file changed, restarted, the cluster at rest."""
    role, group = change.role, f"resize {node.address}"
    again = RestartProcess(
        role=role, address=node.address, graceful=stops_gracefully(role, node.version), patience_s=pacing.wall(PATIENCE)
    )
    now = ConfIs(
        role=role, address=node.address, version=node.version, key=change.key, value=change.value, default=change.default,
        heap=change.heap, seen=ConfSeen.FILE, before=node.last_start,
    )  # fmt: skip
    old = now.with_(value=change.before, heap="", seen=ConfSeen.AS_BEFORE)
    back = EditConf(role=role, address=node.address, key=change.key, value=change.before, old=change.value)
    alone = change.in_file or not node.alive
    undone = {"undo": back, "undo_until": old.with_(seen=ConfSeen.FILE)}
    look = Step(
        id=f"look-{node.address}",
        group=group,
        title=f"See {role.process} {node.address} as it was planned: {shown(change.key, change.before)}",
        act=None,
        until=old.with_(seen=ConfSeen.FILE) if alone else old,
        undo=None if alone else again,
        undo_until=None if alone else old,
        deadline=WRITTEN_WITHIN,
        advice="Close, and ask again: a new plan goes by what the file says now.",
    )
    edit = Step(
        id=f"edit-{node.address}",
        group=group,
        title=f"Write {shown(change.key, change.value)} into the conf file of {role.process} {node.address}",
        act=EditConf(role=role, address=node.address, key=change.key, value=change.value, old=change.old),
        until=now,
        **undone,
        deadline=WRITTEN_WITHIN,
        advice="Retry tries again; Abort leaves the file as it was.",
    )
    up = {
        "undo": StartProcess(role=role, address=node.address),
        "undo_until": NodeUp(role=role, address=node.address, version=node.version),
    }
    restart = Step(
        id=f"restart-{node.address}",
        group=group,
        title=f"Restart {role.process} {node.address} with {shown(change.key, change.value)}",
        act=again,
        until=now.with_(seen=ConfSeen.RESTARTED),
        **(up if change.in_file else undone),
        deadline=COME_BACK,
        advice="Look at its log. Retry waits for it, and restarts it again only if the job failed; Abort puts the old value back.",
    )
    written = (look,) if change.in_file else (look, edit)
    return (*quiet(role, node, state, group, listed=True), *written, restart, *after(role, node, state, group))


def by_hand(role: NodeKind, node: Node, wanted: str, state: ClusterState) -> tuple[Step, ...]:
    """The same by a person, where no driver reaches the hosts; what is seen is that the node restarted."""
    name, group = SCRIPTS[role], f"resize {node.address}"
    line = f"-Xmx{wanted}" if role.frontend else f"mem_limit = {wanted}"
    where = "in the variable of fe.conf that fe.out shows at its start" if role.frontend else f"in {name}.conf"
    ask = AskPerson(
        address=node.address,
        task=(
            f"Please set {line} {where} on {node.address.host}, and restart the {role.process} process. "
            "It goes on by itself when the restart is seen; nobody sees the value from here."
        ),
        commands=(f"{line}    # {where}", f"bin/stop_{name}.sh", f"bin/start_{name}.sh --daemon"),
    )
    step = Step(
        id=f"restart-{node.address}",
        group=group,
        title=f"Set {line} on {role.process} {node.address} and restart it",
        act=ask,
        until=NodeRestarted(role=role, address=node.address, version=node.version, before=node.last_start),
        deadline=None,
    )
    return (*quiet(role, node, state, group, listed=True), step, *after(role, node, state, group))
