"""A backend leaves, gets another storage path, and comes back as a new and empty node.

By jobs on the host: the new directory is seen to be there and empty before anything is drained, and again before anything is
started; the process is stopped only once the node is in no list any more, and the conf file changed only while nothing
runs. What lies on the old disk stays there. Without a driver, or without a path, a person does that part.
"""

from functools import partial

from policies.acts import AskPerson, PrepareStorage, SetStorage
from policies.awaited import HostJobDone, ProcessSilent
from policies.awaited_conf import ConfIs, ConfSeen
from policies.cluster import Backend, ClusterState, NodeKind
from policies.conf_keys import STORAGE, storage_refusal
from policies.host_checks.seen import block, fine, warn
from policies.hosts import HostSurvey, StoreState
from policies.joining import reached
from policies.pacing import Pacing
from policies.plan import Finding, Step
from policies.steps.drain import drain
from policies.steps.join import join
from policies.steps.leave import STOP_DEADLINE, stop_left
from policies.steps.process import GO_DOWN

NAME = "new storage"
PREPARED_WITHIN = 3_600.0
"""Cluster seconds: each takes a moment, but time counts from the act before it, and that may be a slow stop."""


def rebuild(backend: Backend, path: str, state: ClusterState, pacing: Pacing) -> tuple[Step, ...]:
    """Drain one backend, change its storage path, add it again and see it with more disk than before."""
    again = partial(
        join, NodeKind.BACKEND, backend.address, state, pacing=pacing, more_than=backend.total, phase="re-"
    )
    survey = _survey(backend, state)
    if survey is None or not path:
        return (*drain(backend), _by_hand(backend, path), *again(by_ssh=False))
    return (
        _prepared(backend, path, "Before the drain: see"),
        *drain(backend),
        *_changed(backend, path, survey, pacing),
        *again(by_ssh=True),
    )


def judge_rebuild(backend: Backend, path: str, state: ClusterState) -> list[Finding]:
    """What the look at its host says about the new directory; nothing where a person changes it."""
    if state.hosts is None:
        return []
    host = backend.address.host
    survey = _survey(backend, state)
    if survey is None or not path:
        why = "no path is named" if reached(backend.address, state) else "its host cannot be looked at"
        words = f"A person changes the disks of {backend.address}, and starts it: {why}."
        return [warn(NAME, words, "It is asked for in the thread.")]
    refused = storage_refusal(path)
    if refused:
        return [block(NAME, refused)]
    now = {store.path for store in survey.stores if store.path != path}
    if not now:
        return [block(NAME, f"{path} is the storage path of {backend.address} already.", "Name the new one.")]
    state_of = next((store.state for store in survey.stores if store.path == path), None)
    return [_judged(host, path, state_of)]


def _judged(host: str, path: str, state: StoreState | None) -> Finding:
    match state:
        case StoreState.EMPTY:
            return fine(NAME, f"{path} on {host} is there and empty.").with_(told=True)
        case StoreState.MISSING:
            return fine(NAME, f"{path} on {host} is not there yet; it is made, in a directory that is there.").with_(told=True)
        case StoreState.USED:
            return block(NAME, f"{path} on {host} is not empty.", "Nothing is deleted from here: name another one, or empty it.")
        case StoreState.LOCKED | StoreState.BLOCKED:
            return block(NAME, f"{path} on {host} may not be read and written by the account of the driver, or is no directory.")
        case StoreState.NOWHERE:
            words = f"What {path} is to lie in is not there on {host}, or the account of the driver may not write in it."
            return block(NAME, words, f"Mount the new disk and make {path}, empty, owned by the account that runs StarRocks.")
        case None:
            return warn(NAME, f"Whether {path} on {host} is empty could not be read.", "It is seen before anything is drained.")


def _survey(backend: Backend, state: ClusterState) -> HostSurvey | None:
    look = state.host_of(backend.address)
    if look is None or look.trouble or look.survey is None or look.survey.conf is None:
        return None
    return look.survey


def _prepared(backend: Backend, path: str, when: str) -> Step:
    before = when.startswith("Before")
    return Step(
        id=f"{'room' if before else 'empty'}-{backend.address}",
        group=str(backend.address) if before else f"rebuild {backend.address}",
        title=f"{when} {path} on {backend.address.host} there, empty and writable",
        act=PrepareStorage(role=NodeKind.BACKEND, address=backend.address, path=path),
        until=HostJobDone(address=backend.address, what=f"The look at {path}"),
        deadline=PREPARED_WITHIN,
        advice="Retry looks again." + ("" if not before else " Abort ends here; nothing was changed."),
    )


def _changed(backend: Backend, path: str, survey: HostSurvey, pacing: Pacing) -> tuple[Step, ...]:
    """Stopped, seen, written."""
    group, who = f"rebuild {backend.address}", {"role": NodeKind.BACKEND, "address": backend.address}
    old = (survey.conf or {}).get(STORAGE)
    stop = Step(
        id=f"stop-{backend.address}",
        group=group,
        title=f"Stop the BE process on {backend.address.host}; its old disk stays as it is",
        act=stop_left(backend, pacing),
        until=ProcessSilent(address=backend.address, port=backend.address.port),
        deadline=GO_DOWN,
        advice="Retry tries again.",
    )
    edit = Step(
        id=f"edit-{backend.address}",
        group=group,
        title=f"Write {STORAGE} = {path} into be.conf on {backend.address.host}; it is {old or 'not set'}",
        act=SetStorage(**who, path=path, old=old),
        until=ConfIs(**who, version=backend.version, key=STORAGE, value=path, seen=ConfSeen.FILE),
        deadline=PREPARED_WITHIN,
        advice="Retry tries again.",
    )
    return (stop, _prepared(backend, path, "See"), edit)


def _by_hand(backend: Backend, path: str) -> Step:
    host = backend.address.host
    return Step(
        id=f"rebuild-{backend.address}",
        group=f"rebuild {backend.address}",
        title=f"See the BE process on {host} stopped, its new storage path set",
        act=AskPerson(
            address=backend.address,
            task=(
                f"Please stop the BE process on {host}, set storage_root_path in be.conf to the new and empty disk, and leave "
                "the process stopped until you are asked to start it. The node has left the cluster, so nothing is served "
                "from it; keep the old disk as it is until the operation is done."
            ),
            commands=("bin/stop_be.sh --graceful", f"# be.conf: storage_root_path = {path or 'THE_NEW_PATH'}"),
        ),
        until=ProcessSilent(address=backend.address, port=backend.address.port),
        deadline=STOP_DEADLINE,
        advice="Retry asks again.",
    )
