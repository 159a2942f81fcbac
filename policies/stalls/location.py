"""Tables that are bound to a location which no staying node has."""

from policies.cluster import Backend, ClusterState
from policies.operation import Stall, StepMemory
from policies.stalls.messages import NO_DESTINATION, examples_of
from policies.units import in_count, in_list

CAUSE = "location"
MISMATCH = "LOCATION_MISMATCH"


def location(backend: Backend, memory: StepMemory, state: ClusterState) -> Stall | None:
    """The leaving node is the last of its label, or the scheduler itself calls tablets misplaced.

    Since 3.2.8 a table may name the labels of the nodes that its replicas lie on (docs: resource_management/be_label;
    fe: catalog/LocalTablet.java LOCATION_MISMATCH).
    """
    examples = examples_of(NO_DESTINATION, state)
    pending = state.scheduler.examples if state.scheduler else ()
    misplaced = any(tablet.status == MISMATCH for tablet in pending)
    if not examples or not (misplaced or _last_of_its_label(backend, state)):
        return None
    labels = sorted({b.location for b in state.staying() if b.alive and b.location})
    others = f"those that stay have {in_list(labels)}" if labels else "none of those that stay has any"
    whose = f"the location {backend.location}" if backend.location else "no location"
    return Stall(
        cause=CAUSE,
        sentence=(
            f"{in_count(backend.tablets)} tablets find no destination: {backend.address} has {whose}, {others}, and tables may "
            "be bound to theirs by `labels.location`."
        ),
        advice=(
            f'Give a node that stays this label (`ALTER SYSTEM MODIFY BACKEND "<host:port>" SET ("labels.location" = '
            f'"{backend.location or "<key>:<value>"}")`), or bind the tables to other labels '
            '(`ALTER TABLE <table> SET ("labels.location" = "*")`). Their data then lies where the label was meant to keep it from.'
        ),
        examples=examples,
    )


def _last_of_its_label(backend: Backend, state: ClusterState) -> bool:
    return bool(backend.location) and all(b.location != backend.location for b in state.staying() if b.alive)
