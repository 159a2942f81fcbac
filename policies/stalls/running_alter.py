"""Tablets of a table whose schema is being changed are not moved."""

from policies.cluster import Backend, ClusterState
from policies.operation import Stall, StepMemory
from policies.stalls.messages import ALTER, examples_of, nothing_named
from policies.units import in_count, in_list

CAUSE = ALTER


def running_alter(backend: Backend, memory: StepMemory, state: ClusterState) -> Stall | None:
    """The scheduler gives up tablets of a table under ALTER (fe: clone/TabletScheduler.java scheduleTablet)."""
    examples = examples_of(ALTER, state)
    jobs = state.alter_jobs or ()
    if not examples and not (jobs and nothing_named(state)):
        return None
    names = [f"{job.kind} of {job.database}.{job.table} ({job.state})" for job in jobs]
    running = f": {in_list(names)}" if names else ""
    first = jobs[0] if jobs else None
    statement = f"`CANCEL ALTER TABLE {_word(first.kind)} FROM {first.database}.{first.table}`" if first else "CANCEL ALTER TABLE"
    return Stall(
        cause=CAUSE,
        sentence=f"{in_count(backend.tablets)} tablets wait for a schema change or rollup to end{running}.",
        advice=f"Let it finish, or {statement}: its work so far is then lost. The drain goes on by itself.",
        examples=examples,
    )


def _word(kind: str) -> str:
    """CANCEL ALTER TABLE takes COLUMN, ROLLUP or OPTIMIZE (fe: sql/parser/StarRocks.g4 cancelAlterTableStatement)."""
    upper = kind.upper()
    return next((word for word in ("ROLLUP", "OPTIMIZE") if word in upper), "COLUMN")
