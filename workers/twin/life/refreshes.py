"""Refreshes of materialized views: activation starts one, a few run at a time, INACTIVE and a new leader end them.

Modelled: what an activation refreshes by version (fe: alter/AlterMVJobExecutor.java), the queue, its order. Not modelled:
refreshes by schedule or by loads, the checker that reactivates views (fe: scheduler/mv/MVActiveChecker.java).
"""

from collections.abc import Iterable

from workers.twin.answers import refused
from workers.twin.model.cluster import Cluster
from workers.twin.model.materialized_views import MANUAL_REASON, MaterializedView, Run

AT_ONCE = 4  # fe: Config.task_runs_concurrency
SCHEDULER_S = 1.0
"""The task scheduler's round (fe: scheduler/TaskManager.java dispatch)."""


class Refreshes:
    """The task runs of the leader."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def activate(self, view: MaterializedView) -> list[str]:
        """ALTER … ACTIVE; of an active one nothing. SqlError when the definition cannot be analysed."""
        if view.active:
            return []
        cause = view.broken or self._inactive_base(view)
        if cause:
            raise refused(
                f"Can not active materialized view [{view.name}] because analyze materialized view define sql: \n\n"
                f"CREATE MATERIALIZED VIEW `{view.name}` (`dt`, `n`) ... AS SELECT ...\n\nCause an error: {cause}"
            )
        view.active, view.reason = True, ""
        if view.refresh != "MANUAL":
            self.begin(view, force=self._cluster.version.activation_refreshes_everything)
        return [f"materialized view {view.full_name} active"]

    def deactivate(self, view: MaterializedView) -> list[str]:
        """ALTER … INACTIVE; of an inactive one nothing, and its reason stays."""
        if not view.active:
            return []
        view.active, view.reason = False, MANUAL_REASON
        self._end(view, "task run is killed")
        return [f"materialized view {view.full_name} inactive"]

    def begin(self, view: MaterializedView, *, force: bool) -> None:
        run = Run(created=self._cluster.now, force=force)
        view.runs.append(run)
        self._cluster.agenda.after(SCHEDULER_S, self._start_next)

    def forget(self) -> None:
        """The leader is gone, and its task runs with it."""
        for view in self._cluster.materialized_views:
            self._end(view, "the frontend restarted")

    def running(self) -> list[Run]:
        return [run for run in self._all() if run.state == "RUNNING"]

    def _inactive_base(self, view: MaterializedView) -> str:
        under = [other for other in self._cluster.materialized_views if other.full_name in view.bases and not other.active]
        return f"Create/Rebuild materialized view from inactive materialized view: {under[0].name}" if under else ""

    def _start_next(self) -> None:
        waiting = sorted((run for run in self._all() if run.state == "PENDING"), key=lambda run: run.created)
        for run in waiting[: max(0, AT_ONCE - len(self.running()))]:
            view = next(each for each in self._cluster.materialized_views if run in each.runs)
            run.state, run.started = "RUNNING", self._cluster.now
            seconds = view.whole_s if run.force else view.changes_s
            self._cluster.agenda.after(seconds, lambda run=run, view=view: self._finish(view, run))  # type: ignore[misc]

    def _finish(self, view: MaterializedView, run: Run) -> None:
        if run.over:
            return
        run.state, run.error = ("FAILED", view.fails) if view.fails else ("SUCCESS", "")
        run.finished = self._cluster.now
        self._start_next()

    def _end(self, view: MaterializedView, why: str) -> None:
        for run in view.runs:
            if not run.over:
                run.state, run.error, run.finished = "FAILED", why, self._cluster.now

    def _all(self) -> Iterable[Run]:
        return [run for view in self._cluster.materialized_views for run in view.runs]
