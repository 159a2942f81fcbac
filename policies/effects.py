"""What an act brings about: whether it is seen, whether it may be sent again, and what forbids it right now."""

from policies.acts import (
    Act,
    AddNode,
    AskPerson,
    CancelDecommission,
    CreateImage,
    DecommissionBackend,
    DropBackend,
    DropNode,
    Ground,
    HostAct,
    RestartProcess,
    SetBlacklist,
    SetSetting,
    SetStorage,
    SetVariable,
    SetView,
    StartProcess,
    StopProcess,
    SwapPackage,
)
from policies.address import Address
from policies.awaited import BackendDrained, BackendGone, Condition, OnBlacklist
from policies.cluster import Backend, ClusterState, ComputeNode, Frontend, NodeKind, Role, RunMode
from policies.conditions import blacklists, variables
from policies.conditions.settings import in_force
from policies.hosts import HostJob, JobState
from policies.interrupting import why_not_interrupt
from policies.packages import StagePackages
from policies.plan import Plan
from policies.request import OperationKind
from policies.units import in_count, in_list
from policies.versions import runs
from policies.voters import votes, why_not_drop


def effect_visible(act: Act, state: ClusterState, job: str = "") -> bool:
    """Whether the cluster shows what the act is to bring about; of an act on a host, that its `job` was begun there."""
    match act:
        case DecommissionBackend():
            row = state.backend_by_id(act.backend_id)
            return row is not None and row.decommissioned
        case CancelDecommission():
            # A node that was removed meanwhile cannot be cancelled any more, and need not be.
            row = state.backend_by_id(act.backend_id)
            return bool(state.backends) and (row is None or not row.decommissioned)
        case DropBackend():
            return bool(state.backends) and state.backend_by_id(act.backend_id) is None
        case AddNode():
            return state.node(act.role, act.address) is not None
        case DropNode():
            return state.lists(act.role) and _row(act, state) is None
        case SetSetting():
            return in_force(act.name, act.value, state)
        case SetVariable():
            return variables.in_force(act.name, act.value, state)
        case SetBlacklist():
            return blacklists.holds(OnBlacklist(**act.model_dump(exclude={"kind", "role"})), state)
        case SetView():
            view = state.views.find(act.database, act.name) if state.views else None
            return view is not None and view.active == act.active
        case AskPerson() | CreateImage() | StagePackages():
            return False  # Nothing is seen at once; what comes of it is the step's own condition.
    found = host_job(act, state, job)
    return found is not None and found.state is not JobState.ABSENT


def host_job(act: HostAct, state: ClusterState, job: str) -> HostJob | None:
    """The job as the look at the act's host shows it."""
    look = state.host_of(act.address)
    return look.jobs.get(job) if look is not None and job else None


def repeatable(act: Act, state: ClusterState) -> bool:
    """Whether an act may be sent again when nobody knows if it was sent: its effect is not seen, and twice is as once.

    DECOMMISSION and CANCEL change nothing when repeated (fe: alter/SystemHandler.java). DROP of a row that is still
    there has not taken effect. ADD of what is listed is an error without effect (fe: system/SystemInfoService.java).
    """
    match act:
        case DropBackend():
            row = state.backend_by_id(act.backend_id)
            return row is not None and row.address == act.address and row.decommissioned and row.tablets == 0
        case DropNode():
            return _row(act, state) is not None
        case AddNode():
            return state.lists(act.role) and state.node(act.role, act.address) is None
        case AskPerson() | SetSetting() | SetVariable() | SetBlacklist() | SetView() | CreateImage():
            return True
        case DecommissionBackend() | CancelDecommission():
            return state.backend_by_id(act.backend_id) is not None
    return True  # A job on a host is begun under its id, once, however often it is asked for.


def forgettable(act: Act) -> bool:
    """Whether what the act set lives in the memory of frontends alone, which a restart of one empties at any moment.

    Then an accepted statement without effect is no riddle, and sending it again is harmless: it sets, it does not count
    (fe: qe/SimpleScheduler.java, common/ConfigBase.java). A global variable is metadata: one that has gone was changed.
    """
    return isinstance(act, SetSetting | SetBlacklist)


def forbidden(act: Act | None, plan: Plan, behind: tuple[Condition, ...], state: ClusterState) -> str | None:
    """What forbids the act right now, as a sentence, or None. `behind` are the conditions of the steps that are done."""
    match act:
        case DecommissionBackend(address=address, backend_id=backend_id):
            if address not in plan.targets:
                return f"{address} is no target of the approved plan; nothing was sent."
            if state.backend_by_id(backend_id) is None:
                return f"{address} (id {backend_id}) is not listed any more, so there is nothing to decommission."
            return None
        case DropBackend():
            return _forbidden_drop_of_drained(act, behind, state)
        case AddNode():
            return _forbidden_add(act, state)
        case DropNode():
            return _forbidden_drop(act, state)
        case StopProcess() if plan.kind is OperationKind.STOP_ALL:
            return None  # What the others need of it no longer counts, and soon nobody can tell.
        case StopProcess() if state.lists(act.role) and state.node(act.role, act.address) is None:
            return None  # It was dropped: its process is nobody's any more.
        case StopProcess(left=True):
            return f"{act.address} is still listed as {act.role.short}, or is again: its process is left alone."
        case StartProcess(helper=helper) if helper is not None:
            return _forbidden_helper(helper, state)
        case SetStorage():
            return _forbidden_storage(act, behind, state)
        case SwapPackage():
            return why_not_interrupt(state, act.role, act.address) or _leads_too_early(act, plan, state)
        case RestartProcess() | StopProcess():
            return why_not_interrupt(state, act.role, act.address)
        case _:
            return None


def cannot_go_back(act: Act | None, state: ClusterState) -> str | None:
    """Why an undo must not put a frontend's old version back, as a sentence: another version leads, which writes the journal."""
    if not isinstance(act, SwapPackage) or act.only_if_cut or not act.role.frontend or state.leader is None:
        return None
    leader = state.leader
    if not leader.version or runs(leader.version, act.version):
        return None
    return (
        f"{leader.address} leads with {leader.version}: its journal may hold what {act.version} cannot read, so {act.address} is "
        "not put back. Close ends here and gives back what was lent; bring it forward with a new plan."
    )


def _leads_too_early(act: SwapPackage, plan: Plan, state: ClusterState) -> str | None:
    """The plan has the leader of then last. Stopped before others have had their turn, one that is done already may be elected,
    and what it writes those others may not be able to read (docs: deployment/upgrade, the leader last).
    """
    leader = state.leader
    swaps = [step.act for step in plan.steps if isinstance(step.act, SwapPackage) and step.act.role.frontend]
    if leader is None or leader.address != act.address or act not in swaps:
        return None
    done = {each.address for each in swaps if (row := state.frontend(each.address)) and runs(row.version, each.version)}
    waiting = [str(each.address) for each in swaps if each.address not in done | {act.address}]
    if not done or not waiting:
        return None
    verb = "has" if len(waiting) == 1 else "have"
    return (
        f"{act.address} leads now, and {in_list(waiting)} {verb} not had their turn: with it stopped, one that runs {act.version} "
        f"may be elected, and {act.old} may not read what that writes. Retry once another one leads; or close and ask again: nodes "
        "that are done stay so, and the leader comes last."
    )


def _forbidden_drop_of_drained(act: DropBackend, behind: tuple[Condition, ...], state: ClusterState) -> str | None:
    """A node that holds tablets is never dropped (design promise: no table below a readable replica)."""
    row = state.backend_by_id(act.backend_id)
    if row is None or row.address != act.address:
        return f"{act.address} (id {act.backend_id}) is not what is listed there; nothing was dropped."
    if not row.decommissioned:
        return f"{act.address} is not flagged as leaving; a node that was not drained is never dropped."
    if row.tablets > 0:
        return f"{act.address} still holds {in_count(row.tablets)} tablets; a node with tablets is never dropped."
    if not any(isinstance(until, BackendDrained) and until.backend_id == act.backend_id for until in behind):
        return f"The plan has no drain of {act.address} before its drop; nothing was dropped."
    return None


def _forbidden_add(act: AddNode, state: ClusterState) -> str | None:
    """A frontend joins only where no other frontend is (fe: server/NodeMgr.java checkFrontendExist), and needs a majority."""
    if not act.role.frontend:
        return None
    same_host = next((f for f in state.frontends if f.address.host == act.address.host), None)
    if same_host is not None:
        return f"Host {act.address.host} has a frontend already ({same_host.address}, {same_host.role.value}); nothing was sent."
    if not votes(state).hold:
        return f"Nothing can be added now: {votes(state).words}."
    return None


def _forbidden_helper(helper: Address, state: ClusterState) -> str | None:
    """A frontend that is started with a helper which does not answer, or follows nobody, finds no group, or founds its own."""
    row = state.frontend(helper)
    if row is not None and row.alive and row.joined and row.role in {Role.LEADER, Role.FOLLOWER}:
        return None
    return (
        f"{helper}, from which the new frontend is to copy the metadata, is no living follower or leader right now; "
        "nothing was started. Retry when it is; or abort, and ask again for another one."
    )


def _forbidden_storage(act: SetStorage, behind: tuple[Condition, ...], state: ClusterState) -> str | None:
    """Tablets lie where it points: it is changed only of a node that was drained and has left."""
    if state.lists(act.role) and state.node(act.role, act.address) is None:
        drained = any(isinstance(until, BackendDrained | BackendGone) and until.address == act.address for until in behind)
        return None if drained else f"The plan has no drain of {act.address} before it gets another path; nothing was written."
    return f"{act.address} is in the cluster: its storage path stays as it is."


def _forbidden_drop(act: DropNode, state: ClusterState) -> str | None:
    row = _row(act, state)
    if row is None:
        return f"{act.address} is not what is listed there any more; nothing was dropped."
    if isinstance(row, Backend):
        return _forbidden_drop_of_backend(act, row, state.run_mode)
    if isinstance(row, Frontend) and state.leader is not None and state.leader.address == act.address:
        return f"{act.address} leads the cluster; a leader cannot be dropped."
    return why_not_drop(state, act.address) if act.role is NodeKind.FOLLOWER else None


def _forbidden_drop_of_backend(act: DropNode, row: Backend, run_mode: RunMode) -> str | None:
    """In shared_data the tablets of a node are a cache (docs: shared-data architecture); elsewhere they are the data."""
    if act.ground is Ground.DEAD and row.alive:
        return f"{act.address} is alive again; decommission it instead."
    if row.tablets > 0 and run_mode is RunMode.SHARED_NOTHING:
        held = f"{act.address} holds {in_count(row.tablets)} tablets"
        return f"{held}; a node with tablets is never dropped: decommission it instead."
    return None


def _row(act: DropNode, state: ClusterState) -> Backend | ComputeNode | Frontend | None:
    """The node to drop, under the id that was approved if there is one."""
    row = state.node(act.role, act.address)
    if row is None or isinstance(row, Frontend) or act.node_id is None:
        return row
    return row if row.id == act.node_id else None
