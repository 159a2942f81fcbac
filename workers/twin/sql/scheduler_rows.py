"""The tablet scheduler as text: PROC '/cluster_balance/...' and information_schema.fe_tablet_schedules."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from workers.twin.answers import ResultSet, text_rows
from workers.twin.life.checker import HEALTHY
from workers.twin.life.clone_tasks import Clone
from workers.twin.model.placement import Cohort
from workers.twin.model.versions import TABLET_SCHEDULER
from workers.twin.sql.asking import Asking

SHOWN = 1000  # fe: at most this many rows in a PROC listing of the scheduler
_MB = 1024**2


@dataclass(frozen=True)
class Scheduled:
    """A tablet in the scheduler, whatever list it is in."""

    tablet: int
    cohort: Cohort
    status: str
    state: str
    priority: str
    created: float
    message: str = ""
    clone: Clone | None = None


def pending(asking: Asking) -> Iterator[Scheduled]:
    """Waiting for a slot, a path, a source or older loads; the message says which."""
    course, now = asking.course, asking.cluster.now
    for removal in course.removals.waiting:
        for tablet in removal.tablets:
            yield Scheduled(
                tablet, removal.cohort, "REDUNDANT", "PENDING", "VERY_HIGH", removal.begun, removal.message
            )
    admitted = course.clones.admitted
    for need in course.clones.needs:
        for tablet in list(need.cohort.ids if need.wanted is None else need.wanted):
            if admitted <= 0:
                return
            admitted -= 1
            yield Scheduled(tablet, need.cohort, need.status, "PENDING", need.priority, now, need.cohort.message)


def pending_count(asking: Asking) -> int:
    waiting = sum(len(removal.tablets) for removal in asking.course.removals.waiting)
    return waiting + max(0, min(asking.course.clones.admitted, _clonable(asking)))


def _clonable(asking: Asking) -> int:
    return sum(len(n.cohort.ids) if n.wanted is None else len(n.wanted) for n in asking.course.clones.needs)


def running(asking: Asking) -> Iterator[Scheduled]:
    return (_of_clone(clone) for clone in asking.course.clones.running.values())


def history(asking: Asking) -> Iterator[Scheduled]:
    return (_of_clone(clone) for clone in reversed(asking.course.clones.history))


def _of_clone(clone: Clone) -> Scheduled:
    return Scheduled(
        clone.tablet, clone.cohort, clone.status, clone.state, clone.priority, clone.started, clone.message, clone
    )


def listing(asking: Asking, scheduled: Iterator[Scheduled]) -> ResultSet:
    return text_rows(TABLET_SCHEDULER, [_row(asking, item) for item in islice(scheduled, SHOWN)])


def _row(asking: Asking, item: Scheduled) -> dict[str, object]:
    clone = item.clone
    over = clone is not None and clone.state != "RUNNING"
    seconds = (clone.finish - clone.started) if clone and over else 0.0
    rate = f"{clone.size / _MB / seconds:.2f}" if clone and seconds else "0.0"
    return {
        "TabletId": str(item.tablet),
        "Type": kind(item.status),
        "Medium": item.cohort.table.medium,
        "Status": item.status,
        "State": item.state,
        "OrigPrio": item.priority,
        "DynmPrio": item.priority,
        "SrcBe": str(clone.source if clone else -1),
        "SrcPath": str(_path(asking, clone.source) if clone else -1),
        "DestBe": str(clone.dest if clone else -1),
        "DestPath": str(_path(asking, clone.dest) if clone else -1),
        "Timeout": str(asking.cluster.number("tablet_sched_min_clone_task_timeout_sec")),
        "Create": asking.time(item.created),
        "LstSched": asking.time(clone.started) if clone else None,
        "LstVisit": asking.time(asking.cluster.now),
        "Finished": asking.time(clone.finish) if clone and over else None,
        "Rate": rate,
        "FailedSched": "1" if item.message else "0",
        "FailedRunning": "1" if over and item.state == "CANCELLED" else "0",
        "LstAdjPrio": None,
        "VisibleVer": "2",
        "VisibleVerHash": "0",
        "CmtVer": "2",
        "CmtVerHash": "0",
        "ErrMsg": item.message,
    }


def kind(status: str) -> str:
    """A tablet that nothing ails is moved by the balancer (fe: clone/TabletSchedCtx.java Type)."""
    return "BALANCE" if status == HEALTHY else "REPAIR"


def _path(asking: Asking, backend_id: int) -> int:
    backend = asking.cluster.backends.get(backend_id)
    return backend.disk.path_hash if backend else -1


def schedules(asking: Asking) -> list[dict[str, object]]:
    """Rows of information_schema.fe_tablet_schedules: waiting, running and the last thousand."""
    lists = (islice(pending(asking), SHOWN), running(asking), history(asking))
    return [_schedule(asking, item) for items in lists for item in items]


def _schedule(asking: Asking, item: Scheduled) -> dict[str, object]:
    clone, table = item.clone, item.cohort.table
    over = clone is not None and clone.state != "RUNNING"
    return {
        "TABLE_ID": table.id,
        "PARTITION_ID": table.partition_of(item.tablet).id if table.partitions else -1,
        "TABLET_ID": item.tablet,
        "TYPE": kind(item.status),
        "PRIORITY": item.priority,
        "STATE": item.state,
        "TABLET_STATUS": item.status,
        "CREATE_TIME": asking.time(item.created),
        "SCHEDULE_TIME": asking.time(clone.started) if clone else None,
        "FINISH_TIME": asking.time(clone.finish) if clone and over else None,
        "CLONE_SRC": clone.source if clone else -1,
        "CLONE_DEST": clone.dest if clone else -1,
        "CLONE_BYTES": clone.size if clone and clone.state == "FINISHED" else 0,
        "CLONE_DURATION": round(clone.finish - clone.started, 3) if clone and over else 0.0,
        "MSG": item.message,
    }
