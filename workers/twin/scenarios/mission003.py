"""The cluster of mission 003 in small: data in object storage, and materialized views that stand on one another.

Names hold a blank, a backtick, a dot and signs outside ASCII; one view is inactive for a reason of its own, one stands on
it, one is refreshed only on demand, one is synchronous.
"""

from workers.twin.life.course import Course
from workers.twin.model.materialized_views import MANUAL_REASON
from workers.twin.scenarios import shared_data
from workers.twin.scenarios.building import view

DROPPED = "base-table dropped: orders_old"
VIEWS: tuple[tuple[str, str, tuple[str, ...], str], ...] = (
    # database, name, stands on, refresh
    ("dws", "orders_hourly", ("lake.orders",), "ASYNC"),
    ("dws", "users_daily", ("lake.events",), "ASYNC"),
    ("dws", "orders daily", ("dws.orders_hourly",), "ASYNC"),
    ("ads", "gmv", ("dws.orders daily", "dws.users_daily"), "ASYNC"),
    ("ads", "top`10.v2", ("dws.orders_hourly",), "ASYNC"),
    ("报表", "日报", ("ads.gmv",), "ASYNC"),
    ("ads", "on_demand", ("ads.gmv",), "MANUAL"),
    ("dws", "orders_old_daily", ("lake.orders_old",), "ASYNC"),
    ("ads", "over_old", ("dws.orders_old_daily",), "ASYNC"),
    ("lake", "events_by_day", ("lake.events",), "ROLLUP"),
)
ASLEEP = {"dws.orders_old_daily": DROPPED, "ads.over_old": MANUAL_REASON}


def finish(name: str, *, seed: int, columns: str) -> Course:
    """Nine asynchronous views, seven of them active, all refreshed an hour ago."""
    course = shared_data.finish(name, seed=seed, columns=columns)
    for database, view_name, bases, refresh in VIEWS:
        made = view(course.cluster, database, view_name, bases, refresh)
        if made.full_name in ASLEEP:
            made.active, made.reason = False, ASLEEP[made.full_name]
        if made.reason == DROPPED:
            made.broken = "Unknown table 'lake.orders_old'"
    return course
