"""Which steps an abort undoes, and what remains as it is."""

from policies.acts import (
    EditConf,
    ForgetRehearsal,
    PrepareStorage,
    SetBlacklist,
    SetSetting,
    SetStorage,
    SetVariable,
    SetView,
    StopProcess,
)
from policies.address import Address
from policies.awaited import (
    BackendDrained,
    BackendGone,
    Condition,
    DrainCondition,
    HostJobDone,
    ImageEverywhere,
    LeaderElsewhere,
    LeaseOver,
    NodeCondition,
    NodeRestarted,
    NodeStopped,
    NodeUnlisted,
    OnBlacklist,
    ProcessCondition,
    ProcessSilent,
    SettingIs,
    TabletsArriving,
    VariableIs,
    ViewCondition,
)
from policies.awaited_conf import ConfIs, ConfSeen
from policies.awaited_whole import HostCondition
from policies.cluster import ClusterState, NodeKind
from policies.conditions import confs
from policies.effects import effect_visible
from policies.leasing import leases
from policies.operation import Operation, StepMemory
from policies.packages import PackagesStaged
from policies.plan import Plan, Step
from policies.request import WHOLE, OperationKind
from policies.statements import in_code, statement_of
from policies.units import in_bytes, in_count, in_list


def undo_steps(plan: Plan, step_index: int) -> tuple[Step, ...]:
    """What an abort undoes, in order: the group in hand, then whatever is lent, the last lent first."""
    found = undo_in_hand(plan, step_index)
    undone = [step.undo for step in found]
    lent = (step for step in reversed(leases(plan, step_index)) if step.undo not in undone)
    return (*found, *lent)


def undo_in_hand(plan: Plan, step_index: int) -> tuple[Step, ...]:
    """The steps of the group in hand that have an undo, from the step in hand backwards; equal undos act once. Whatever stops
    a process that has left comes last.

    A group stays as it is once a point of no return lies behind in it. The step in hand counts as not passed: whether
    its act took effect is seen on the cluster, and a node that is still listed can still be kept.
    """
    if not 0 <= step_index < len(plan.steps):
        return ()
    group = plan.steps[step_index].group
    found: list[Step] = []
    for index in range(step_index, -1, -1):
        step = plan.steps[index]
        if step.group != group or (step.point_of_no_return and index < step_index):
            break
        only_seen = step.undo is None and step.undo_until is not None
        if only_seen or (step.undo is not None and all(step.undo != other.undo for other in found)):
            found.append(step)
    return _frontends_first(found) if plan.kind is OperationKind.STOP_ALL else tuple(sorted(found, key=_once_it_has_left))


def _once_it_has_left(step: Step) -> bool:
    """A process that is stopped only once its node is in no list any more: after all other undos of the group."""
    return isinstance(step.undo, StopProcess) and step.undo.left


def _frontends_first(found: list[Step]) -> tuple[Step, ...]:
    """A cluster that was stopped half starts as a whole one does: frontends, the leader first, the others; then all are seen."""

    def turn(step: Step) -> int:
        until = step.undo_until
        if not isinstance(until, HostCondition):
            return 2
        return 0 if until.role.frontend else 1

    return tuple(sorted(found, key=turn))


def kept_words(plan: Plan, operation: Operation, memory: StepMemory, state: ClusterState) -> str:
    """The last sentence of an undo: what stays, what has moved, and what is gone for good."""
    sentences = []
    if plan.kind in WHOLE:
        return _whole_again(plan, state)
    if operation.step < len(plan.steps):
        until = plan.steps[operation.step].until
        if isinstance(until, DrainCondition):
            sentences = _in_hand(plan, until.address, until.backend_id, memory, state)
        elif isinstance(until, SettingIs | VariableIs | LeaseOver):
            sentences = [f"Restored: {_restored(undo_steps(plan, operation.step)) or 'nothing was lent'}."]
        elif isinstance(until, ImageEverywhere):
            sentences = ["There was nothing to undo: an image more does no harm."]
        elif isinstance(until, ViewCondition):
            sentences = _views_again(plan, operation.step, state)
        elif isinstance(until, OnBlacklist):
            where = f"on frontend {until.frontend}; the frontends before it keep what they were told" if until.frontend else ""
            again = [f"The blacklists no longer name {until.address}.", *_done_before(plan, operation.step, until.address)]
            sentences = [f"Undone {where}."] if where else again
        elif isinstance(until, ProcessCondition):
            sentences = _process_in_hand(plan, operation.step, until, state)
        elif isinstance(until, NodeCondition):
            sentences = [*_node_in_hand(until, state), *_stopped_again(plan, operation.step, state)]
    sentences += _conf_again(plan, operation.step)
    behind = dict.fromkeys(step.until for step in plan.steps[: operation.step] if step.point_of_no_return)
    beside = SettingIs | VariableIs | LeaseOver | ViewCondition | ImageEverywhere
    nodes = [until for until in behind if not isinstance(until, beside)]
    gone = [str(until.address) for until in nodes if _is_gone(until, state)]
    restored = _restored(leases(plan, operation.step))
    if restored and not any(restored in sentence for sentence in sentences):
        sentences.append(f"Restored: {restored}.")
    sentences += _mixed(plan, operation.step) + _lines_left(plan, operation.step)
    if gone:
        verb = "has" if len(gone) == 1 else "have"
        sentences.append(f"{in_list(gone)} {verb} left the cluster for good and cannot be brought back by an undo.")
    return " ".join(sentences) or "There was nothing to undo."


def _mixed(plan: Plan, step_index: int, *, closed: bool = False) -> list[str]:
    """A variable was lent for as long as two versions run, and they still do: people have to know. A close undoes no node."""
    undone = "" if closed else plan.steps[min(step_index, len(plan.steps) - 1)].group
    swapped = any(isinstance(step.until, NodeRestarted) and step.group != undone for step in plan.steps[:step_index])
    lent = [each.act for each in leases(plan, step_index) if isinstance(each.act, SetVariable)]
    if not swapped or not lent:
        return []
    wanted = in_list([in_code(statement_of(act)) for act in lent])
    return [f"If two versions run now, this way wants {wanted} until it is one."]


def _whole_again(plan: Plan, state: ClusterState) -> str:
    if plan.kind is OperationKind.START_ALL:
        return "What has started runs on, and nothing more is started. `/sr start all` goes on from there."
    if not state.nodes:
        return "Every process that was stopped runs again; no frontend answers yet."
    down = [str(node.address) for node in state.nodes if node.address in plan.targets and not node.alive]
    if down:
        return f"The cluster runs again. Not alive: {in_list(down)}."
    return "Every node that ran before runs again, and is alive."


def _lines_left(plan: Plan, step_index: int, *, closed: bool = False) -> list[str]:
    """What was written into conf files for the time of the plan, and would have gone out of them at its end."""
    undone = "" if closed else plan.steps[min(step_index, len(plan.steps) - 1)].group
    ahead = [step.act for step in plan.steps[step_index:]]
    behind = [step for step in plan.steps[:step_index] if isinstance(step.act, EditConf) and step.group != undone]
    left = [step.act for step in behind if isinstance(step.act, EditConf) and step.undo is not None and step.undo in ahead]
    if not left:
        return []
    hosts = in_list([act.address.host for act in left])
    return [f"The conf file on {hosts} still says {confs.shown(left[0].key, left[0].value)}, which must not stay."]


def _is_gone(until: Condition, state: ClusterState) -> bool:
    match until:
        case BackendGone() | BackendDrained():
            return state.backend_by_id(until.backend_id) is None
        case NodeUnlisted():
            return state.lists(until.role) and state.node(until.role, until.address) is None
        case _:
            return False


def closed_words(plan: Plan, operation: Operation) -> str:
    """The last sentence of an operation that a person closed while something was lent."""
    restored = _restored(leases(plan, operation.step))
    given_back = f" {restored};" if restored else ""
    rest = f"Closed:{given_back} the rest of the cluster stays as it is now, and it is free for other operations."
    left = [*_mixed(plan, operation.step, closed=True), *_lines_left(plan, operation.step, closed=True)]
    return " ".join([rest, *left, *_still_avoided(plan, operation.step)])


def _still_avoided(plan: Plan, step_index: int) -> list[str]:
    """A node that was put on blacklists for its turn, and would have come off them: a close sends nothing about nodes."""
    behind = [step.act for step in plan.steps[: step_index + 1] if isinstance(step.act, SetBlacklist) and step.act.listed]
    ahead = [step.act.address for step in plan.steps[step_index:] if isinstance(step.act, SetBlacklist) and not step.act.listed]
    left = dict.fromkeys((act.role, act.address) for act in behind if act.address in ahead)
    return [
        f"{address} may still be on the blacklists; `/sr unblacklist {role.short.lower()} {address}` takes it off."
        for role, address in left
    ]


def _restored(steps: tuple[Step, ...]) -> str:
    acts = [each.undo for each in steps if isinstance(each.undo, SetSetting | SetVariable)]
    return in_list([f"`{act.name}` is {act.value} again" for act in acts])


def _views_again(plan: Plan, step: int, state: ClusterState) -> list[str]:
    """What is seen of the views that the undo is about, and what stays of those before them."""
    undone = [each.undo for each in undo_steps(plan, step) if isinstance(each.undo, SetView)]
    again = [f"{act.database}.{act.name}" for act in undone if effect_visible(act, state)]
    behind = [each for each in plan.steps[:step] if isinstance(each.act, SetView) and each.group != plan.steps[step].group]
    active = bool(undone) and undone[0].active
    verb = "is" if len(again) == 1 else "are"
    sentences = [f"Undone: {in_list(again)} {verb} {'active' if active else 'inactive'}."] if again else []
    if behind:
        sentences.append(f"{len(behind)} of the parts before stay {'inactive' if active else 'active'}.")
    return sentences


def _node_in_hand(until: NodeCondition, state: ClusterState) -> list[str]:
    """A node that was being added or dropped. About a process that a person was to stop there is nothing to undo."""
    if isinstance(until, ProcessSilent | LeaderElsewhere):
        return []
    role = NodeKind.BACKEND if isinstance(until, TabletsArriving) else until.role
    if not state.lists(role):
        return []
    listed = state.node(role, until.address) is not None
    return [f"{until.address} stays in the cluster." if listed else f"Undone: {until.address} is not in the cluster."]


def _stopped_again(plan: Plan, step: int, state: ClusterState) -> list[str]:
    """A new node's process that a job had started: what it wrote keeps the host from being added as it is."""
    acts = [each.undo for each in undo_in_hand(plan, step) if isinstance(each.undo, StopProcess) and each.undo.ours]
    gone = [act for act in acts if state.lists(act.role) and state.node(act.role, act.address) is None]
    what = {True: "meta_dir", False: "storage paths"}
    return [
        f"Its process does not run; empty its {what[act.role.frontend]} before it is added again." for act in gone
    ]


def _process_in_hand(plan: Plan, step: int, until: ProcessCondition, state: ClusterState) -> list[str]:
    """A node whose process was being changed, and those before it that were changed and stay so."""
    if isinstance(plan.steps[step].undo, ForgetRehearsal):
        return ["The rehearsal has ended, and no copy of the metadata is left on the spare host; nothing that runs was touched."]
    if isinstance(until, PackagesStaged):
        return ["Nothing that runs was touched; what was put on hosts stays there, and a job that runs there ends by itself."]
    if isinstance(plan.steps[step].act, PrepareStorage | SetStorage):
        return []
    if isinstance(until, HostJobDone):
        return ["Nothing that runs was touched; what was put on hosts stays there."]
    row = next((node for node in state.nodes if node.address == until.address), None)
    runs = f"{until.address} {'runs' if row is not None and row.alive else 'is not alive: start its process'}"
    version = f" {row.version}" if row is not None and row.alive and row.version else ""
    return [f"{runs}{version}.", *_done_before(plan, step, until.address)]


def _conf_again(plan: Plan, step: int) -> list[str]:
    """What the conf file of the node in hand says after the undo."""
    acts = [each.undo for each in undo_in_hand(plan, step) if isinstance(each.undo, EditConf)]
    return [f"Its conf file says {confs.shown(act.key, act.value)}." for act in acts]


def _done_before(plan: Plan, step: int, in_hand: Address) -> list[str]:
    """The nodes that were restarted, stopped or swapped before the one in hand: nothing is undone there."""
    untils = [s.until for s in plan.steps[:step]]
    confs_read = [u for u in untils if isinstance(u, ConfIs) and u.seen is ConfSeen.RESTARTED]
    done = [*confs_read, *(u for u in untils if isinstance(u, NodeRestarted | NodeStopped))]
    before = [str(each) for each in dict.fromkeys(each.address for each in done) if each != in_hand]
    if not before:
        return []
    verb, stay = ("was", "stays as it is") if len(before) == 1 else ("were", "stay as they are")
    return [f"{in_list(before)} {verb} done before and {stay} now."]


def _in_hand(plan: Plan, address: Address, backend_id: int, memory: StepMemory, state: ClusterState) -> list[str]:
    row = state.backend_by_id(backend_id)
    if row is None:
        return [f"{address} is no longer in the cluster: it was removed before its drain could be cancelled."]
    asked = memory.acted_at is not None or memory.intended_at is not None
    first = f"Undone: {address} stays in the cluster." if asked else f"{address} is not leaving: nothing had to be undone."
    sentences = [first]
    moved = _moved_words(plan, address, row.tablets, row.data_used)
    if moved:
        sentences.append(f"{moved} had moved already and stays moved; StarRocks balances them by itself.")
    if not row.alive:
        sentences.append(f"{address} is not alive: start its process again.")
    return sentences


def _moved_words(plan: Plan, address: Address, tablets: int, data_bytes: int) -> str:
    """What left the node since the plan was made. Tablets are known per plan, bytes per node."""
    if len(plan.targets) == 1:
        moved = plan.tablets_to_move - tablets
        return f"{in_count(moved)} of {in_count(plan.tablets_to_move)} tablets" if moved > 0 else ""
    before = next((room.used_before for room in plan.room if room.address == address), 0)
    return in_bytes(before - data_bytes) if before > data_bytes else ""
