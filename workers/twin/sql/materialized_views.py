"""ALTER MATERIALIZED VIEW, and the rows of information_schema.materialized_views and sys.object_dependencies."""

from collections.abc import Iterable

from workers.twin.answers import Ok, SqlError
from workers.twin.model.cluster import ZONE
from workers.twin.model.materialized_views import MaterializedView, Run
from workers.twin.sql.asking import Asking
from workers.twin.sql.formats import moment, zone
from workers.twin.sql.shapes import Values


def alter(asking: Asking, values: Values) -> Ok:
    """ACTIVE or INACTIVE. Only default_catalog has views, so a name has two parts at most."""
    view = _named(asking, values["table"])
    _require_alter(asking, view)
    if view.refresh == "ROLLUP":
        raise SqlError(1064, "HY000", f"Getting analyzing error. Detail message: {view.name} is not async materialized view.")
    change = asking.course.refreshes.activate if values["keyword"][-1] == "ACTIVE" else asking.course.refreshes.deactivate
    asking.effects += change(view)
    return Ok()


def _named(asking: Asking, parts: list[str]) -> MaterializedView:
    database = parts[0] if len(parts) > 1 else asking.session.database or ""
    for view in asking.cluster.materialized_views:
        if (view.database, view.name) == (database, parts[-1]):
            return view
    raise SqlError(asking.cluster.version.unknown_table, "42S02", f"Unknown table '{database}.{parts[-1]}'")


def _require_alter(asking: Asking, view: MaterializedView) -> None:
    account = asking.session.account
    if not account.alters_views:
        raise SqlError(
            asking.cluster.version.access_denied,
            "42000",
            f"Access denied; you need (at least one of) the ALTER privilege(s) on MATERIALIZED VIEW {view.name} for this "
            "operation. Please ask the admin to grant permission(s) or try activating existing roles using "
            f"<set [default] role>. Current role(s): [{', '.join(account.roles)}]. Inactivated role(s): NONE.",
        )


def views(asking: Asking) -> Iterable[dict[str, object]]:
    for view in asking.cluster.materialized_views:
        row: dict[str, object] = {
            "MATERIALIZED_VIEW_ID": _whole(asking, view.id),
            "TABLE_SCHEMA": view.database,
            "TABLE_NAME": view.name,
            "REFRESH_TYPE": view.refresh,
            "TABLE_ROWS": _whole(asking, 1_000),
            "MATERIALIZED_VIEW_DEFINITION": f"CREATE MATERIALIZED VIEW `{view.name}` ... AS SELECT ...",
        }
        # A synchronous view has no state and no refresh of its own.
        yield row if view.refresh == "ROLLUP" else row | _own(asking, view) | _last(asking, view.last)


def _own(asking: Asking, view: MaterializedView) -> dict[str, object]:
    return {
        "IS_ACTIVE": "true" if view.active else "false",
        "INACTIVE_REASON": view.reason,
        "PARTITION_TYPE": "RANGE",
        "TASK_ID": _whole(asking, view.id + 5),
        "TASK_NAME": f"mv-{view.id}",
        "EXTRA_MESSAGE": "{}",
        "QUERY_REWRITE_STATUS": "VALID" if view.active else "INVALID: inactive",
        "CREATOR": "'root'@'%'",
    }


def _last(asking: Asking, run: Run | None) -> dict[str, object]:
    """Printed in the frontend's own zone: a backend fills this table and knows of no session."""
    if run is None:
        return {}
    where, by_job = zone(ZONE), asking.cluster.version.view_runs_by_job
    began = run.started if by_job else run.created
    return {
        "LAST_REFRESH_START_TIME": moment(asking.cluster.epoch + began, where) if began is not None else None,
        "LAST_REFRESH_FINISHED_TIME": moment(asking.cluster.epoch + run.finished, where) if run.finished is not None else None,
        "LAST_REFRESH_DURATION": f"{run.finished - run.created:.3f}" if run.finished is not None else "0.000",
        "LAST_REFRESH_STATE": "RUNNING" if by_job and run.state == "PENDING" else run.state,
        "LAST_REFRESH_FORCE_REFRESH": "true" if run.force else "false",
        "LAST_REFRESH_ERROR_CODE": "-1" if run.error else "0",
        "LAST_REFRESH_ERROR_MESSAGE": run.error,
    }


def _whole(asking: Asking, number: int) -> object:
    """Numbers are text before 4.0 (StarRocks#60054)."""
    return number if asking.cluster.version.view_numbers else str(number)


def dependencies(asking: Asking) -> Iterable[dict[str, object]]:
    """A row for each view and what is under it; in shared data the types are called otherwise."""
    cluster = asking.cluster
    kind = "CLOUD_NATIVE" if cluster.shared_data else "OLAP"
    by_name = {view.full_name: view for view in cluster.materialized_views}
    for view in cluster.materialized_views:
        for base in view.bases if view.refresh != "ROLLUP" else ():
            database, _, name = base.partition(".")
            table, under = cluster.catalog.table(base), by_name.get(base)
            yield {
                "OBJECT_ID": view.id,
                "OBJECT_NAME": view.name,
                "OBJECT_DATABASE": view.database,
                "OBJECT_CATALOG": "default_catalog",
                "OBJECT_TYPE": _type(cluster.shared_data),
                "REF_OBJECT_ID": under.id if under else table.id if table else -1,
                "REF_OBJECT_NAME": under.name if under else name,
                "REF_OBJECT_DATABASE": under.database if under else database,
                "REF_OBJECT_CATALOG": "default_catalog",
                "REF_OBJECT_TYPE": _type(cluster.shared_data) if under else kind if table else "UNKNOWN",
            }


def _type(shared_data: bool) -> str:
    return "CLOUD_NATIVE_MATERIALIZED_VIEW" if shared_data else "MATERIALIZED_VIEW"
