"""A node gets another version: staged beforehand, swapped by one job on the host, seen up with it, rolled back by an abort.

Stop, rename, start are one job, so that a node whose swap has begun comes back even when nobody here is alive. The files of
the old version are kept under its name: rolling back needs no package.
"""

from policies.acts import AskPerson, BackUpMeta, StagePackage, SwapPackage
from policies.address import Address
from policies.awaited import AllAtVersion, GoAhead, HostJobDone, NodeRestarted, NodeUp
from policies.cluster import Backend, ClusterState, ComputeNode, Frontend, NodeKind
from policies.pacing import Pacing
from policies.packages import PackagesStaged, Recipient, StagePackages
from policies.plan import Step
from policies.releases.graceful import stops_gracefully
from policies.steps.conf_line import ConfLine, write
from policies.steps.process import COME_BACK, PATIENCE, after, quiet, settled

Node = Backend | ComputeNode | Frontend

STAGED_WITHIN = 3_600.0
"""Seconds for one host: some gigabytes to copy and to unpack. Hosts that get it at once share the way there."""
BACKED_UP_WITHIN = 3_600.0
LOOK_AT_IT = "Look at its log, its queries and its loads. Resume goes on with the other nodes; Abort rolls it back."


def stage(role: NodeKind, address: Address, version: str) -> Step:
    """Put the package of a version beside the installation, unpacked and verified; what runs is not touched."""
    return Step(
        id=f"stage-{address}",
        group="packages",
        title=f"Unpack and verify {version} on {address.host} for {role.process}",
        act=StagePackage(role=role, address=address, version=version),
        until=HostJobDone(address=address, what=f"Staging of {version}"),
        deadline=STAGED_WITHIN,
        advice="Retry tries again; nothing that runs was touched.",
    )


def stage_all(nodes: tuple[Recipient, ...], version: str, fan_out: int) -> Step:
    """The same for many nodes, on some of their hosts at a time."""
    hosts = len({node.address.host for node in nodes})
    at_once = min(fan_out, hosts)
    where = f"{hosts} hosts, {at_once} at a time" if hosts > 1 else nodes[0].address.host
    return Step(
        id="stage",
        group="packages",
        title=f"Unpack and verify {version} on {where}",
        act=StagePackages(version=version, nodes=nodes, fan_out=fan_out),
        until=PackagesStaged(version=version, nodes=nodes),
        deadline=STAGED_WITHIN * at_once,
        advice="Retry tries again where it failed; nothing that runs was touched.",
    )


def back_up(leader: Frontend, label: str, state: ClusterState) -> Step:
    """A copy of the leader's metadata on its own host, with checksums."""
    return Step(
        id="metadata",
        group="metadata",
        title=f"Back up the metadata of the leader {leader.address}",
        act=BackUpMeta(
            role=NodeKind.FOLLOWER, address=leader.address, label=label,
            version=leader.version, frontends=tuple(sorted((frontend.address for frontend in state.frontends), key=str)),
        ),
        until=HostJobDone(address=leader.address, what="The metadata backup"),
        deadline=BACKED_UP_WITHIN,
        advice="Retry tries again; nothing that runs was touched.",
    )


def swap(
    role: NodeKind,
    node: Node,
    state: ClusterState,
    version: str,
    pacing: Pacing,
    *,
    kept: bool,
    back: bool = True,
    line: ConfLine | None = None,
    typed: tuple[str, ...] = (),
) -> tuple[Step, ...]:
    """Put `version` in place on one node and see it up, then the cluster at rest; with `line` in its conf file before that.
    `typed` is what a person writes into fe.conf where no driver does.

    `kept` takes the files of an earlier swap in place of a staged package. Without `back` an abort only starts the node again,
    with whichever version lies there, going on with a swap that was cut: what it wrote to the journal by then the old version may
    not be able to read.
    """
    group = f"{version} on {node.address}"
    act = SwapPackage(
        role=role, address=node.address, version=version, old=node.version, roll_back=kept,
        graceful=stops_gracefully(role, node.version), patience_s=pacing.wall(PATIENCE),
    )  # fmt: skip
    undo = act.with_(only_if_cut=True)
    if back:
        undo = act.with_(version=node.version, old=version, roll_back=True, graceful=stops_gracefully(role, version))
    up_again = NodeUp(role=role, address=node.address, version=node.version if back else "")
    step = Step(
        id=f"swap-{node.address}",
        group=group,
        title=f"{'Put back' if kept else 'Install'} {version} on {role.process} {node.address} and restart it",
        act=by_hand(act, typed if role.frontend else ()) if state.hosts is None else act,
        until=NodeRestarted(role=role, address=node.address, version=version, before=node.last_start),
        undo=None if state.hosts is None else undo,
        undo_until=None if state.hosts is None else up_again,
        point_of_no_return=not back,
        deadline=COME_BACK,
        advice=_advice(node, back, by_people=state.hosts is None),
    )
    written = (write(line, group),) if line is not None else ()
    before = quiet(role, node, state, group, listed=True, until=version)
    return (*before, *written, step, *after(role, node, state, group, idle=True, until=version))


def look_at(node: Node, version: str, state: ClusterState) -> tuple[Step, ...]:
    """Stop here until a person has looked at the first node with the new version; what was lost meanwhile is repaired first."""
    seen = f"{node.address} is the first node that runs {version}. {LOOK_AT_IT}"
    group = f"{version} on {node.address}"
    look = Step(
        id="canary",
        group=group,
        title=f"People look at {node.address} before the other nodes follow",
        act=None,
        until=GoAhead(address=node.address, seen=seen),
    )
    return look, settled(node, state, group, idle=True).with_(id="settle-canary", title="See the cluster at rest after that time")


def everywhere(last: Node, version: str) -> Step:
    """The final look: no node was forgotten, skipped, or changed by somebody else meanwhile."""
    return Step(
        id="everywhere",
        group="final look",
        title=f"See every node alive with {version}",
        act=None,
        until=AllAtVersion(address=last.address, version=version),
        deadline=COME_BACK,
        advice=f"Bring those to {version} that are not, then retry; or skip.",
        skippable=True,
    )


def by_hand(act: SwapPackage, typed: tuple[str, ...] = ()) -> AskPerson:
    """The same by a person, where no driver reaches the hosts (docs: deployment/upgrade; stop first, versioned backup names)."""
    name = act.role.process.lower()
    parts = "bin lib spark-dpp" if act.role.frontend else "bin lib"
    new = f"../StarRocks-{act.version}/{'fe' if act.role.frontend else 'be'}"
    return AskPerson(
        address=act.address,
        task=(
            f"Please install {act.version} in place of {act.old} on {act.address.host} for the {act.role.process}. "
            "It goes on by itself when the node is up with it."
        ),
        commands=(
            f"bin/stop_{name}.sh{' -g' if act.graceful else ''}    # then see that the process is gone",
            f"mkdir -p old-{act.old} && mv {parts} old-{act.old}/",
            *(f"cp -a {new}/{part} ." for part in parts.split()),
            f"[ ! -d old-{act.old}/lib/udf ] || cp -an old-{act.old}/lib/udf lib/    # and jars of your own from old-{act.old}/lib",
            *(f"echo '{line}' >> conf/fe.conf    # out again once an image was made after the roll" for line in typed),
            f"bin/start_{name}.sh --daemon",
        ),
    )


def _advice(node: Node, back: bool, *, by_people: bool) -> str:
    if by_people:
        return "Look at its log. Retry waits for it; Abort ends here and gives back what was lent."
    abort = f"puts {node.version} back" if back else "goes on with a swap that was cut, and starts it if it is down"
    return f"Look at its log. Retry waits for it, and tries anew only if the job failed; Abort {abort}."
