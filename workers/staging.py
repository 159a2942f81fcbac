"""Beginning a package's jobs on several hosts in one turn, each under its id; what all hosts said is one commit."""

from collections.abc import Sequence
from datetime import datetime

from bot.failpoints import failpoint
from policies import staging
from policies.cluster import ClusterState
from policies.deciding import tell
from policies.operation import Event, EventKind, Operation
from policies.packages import StagePackages
from policies.statements import statement_of, task_of
from policies.units import in_list
from workers.audit import AuditEntry
from workers.hosts import HostError, HostRefused, HostUnderWay, HostUnreachable
from workers.outcomes import unreachable
from workers.store import Claim
from workers.wiring import Wiring

LOOK_AGAIN_S = 2.0


def begin_where_due(
    wiring: Wiring, claim: Claim, operation: Operation, act: StagePackages, state: ClusterState, now: datetime
) -> str:
    """The intent is written down, and `state` is the look after it. A job that was begun before is found by its id."""
    memory = operation.memory
    assert memory is not None  # workers.running gives every turn one
    batch = staging.to_begin(act, memory, state)
    if not batch:
        wiring.store.commit(claim, operation.with_(memory=memory.with_(tries=memory.tries - 1)), delay_s=0)
        return "others have their turn now; looking at their hosts"
    wiring.store.renew(claim)
    failpoint("before_send")
    outcomes = wiring.begin_each(operation.cluster, batch)
    failpoint("after_send")
    came = [(job, outcome) for (_, job), outcome in zip(batch, outcomes, strict=True)]
    begun = [job for job, outcome in came if outcome is None]
    refused = {str(job.address): str(outcome) for job, outcome in came if isinstance(outcome, HostRefused)}
    copied = {str(job.address): outcome.share for job, outcome in came if isinstance(outcome, HostUnderWay)}
    if not (begun or refused or copied):
        return _no_reply(wiring, claim, operation, outcomes, now)
    found = staging.told(memory.staging, [str(job.address) for job in begun], refused, copied)
    first = begun and (memory.acted_at is None or memory.acted_at < memory.entered_at)
    at = wiring.now()
    after = operation.with_(memory=memory.with_(staging=found, tries=0, acted_at=at if begun else memory.acted_at))
    audit = [AuditEntry.begun(after, task_of(job), at) for job in begun]
    events: tuple[Event, ...] = ()
    if first:
        hosts = in_list([job.address.host for job in begun], act.fan_out)
        words = f"The job has begun on {hosts}{'; the others follow' if len(begun) < len(act.nodes) else ''}."
        after, event = tell(after, at, EventKind.ACTED, words, details=(statement_of(act),))
        events = (event,)
        audit.append(AuditEntry.of(after, event, statement=statement_of(act), result="accepted"))
    failpoint("before_acted_commit")
    wiring.store.commit(claim, after, delay_s=0, events=events, audit=tuple(audit))
    return f"begun on {len(begun)} hosts, {len(copied)} are being copied to, {len(refused)} refused"


def _no_reply(
    wiring: Wiring, claim: Claim, operation: Operation, outcomes: Sequence[HostError | None], now: datetime
) -> str:
    """Not reached, or the link was cut: the next look tells what was begun."""
    errors = [outcome for outcome in outcomes if outcome is not None]
    down = [error for error in errors if isinstance(error, HostUnreachable)]
    if down and len(down) == len(errors):
        return unreachable(wiring, claim, operation, down[0], now)
    wiring.store.commit(claim, operation, delay_s=LOOK_AGAIN_S)
    return f"no reply: {'; '.join(str(error) for error in errors)}"
