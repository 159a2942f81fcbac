"""Frontend config that node operations depend on: names, older names, StarRocks' default, and what it means here.

Source of names and defaults: fe: common/Config.java (2023-12 and 2025-06 agree); `source` says who reads the value.
"""

from policies.cluster import ClusterState
from policies.record import Record
from policies.units import GIB


class Setting(Record):
    """One frontend config item."""

    name: str
    default: str
    meaning: str
    source: str
    aliases: tuple[str, ...] = ()


MAX_SCHEDULING = Setting(
    name="tablet_sched_max_scheduling_tablets",
    aliases=("max_scheduling_tablets",),
    default="10000",
    meaning="how many tablets the scheduler takes on; 0 lets about one through at a time (left over from upgrades)",
    source="fe: clone/TabletScheduler.java",
)
SLOTS_PER_PATH = Setting(
    name="tablet_sched_slot_num_per_path",
    aliases=("schedule_slot_num_per_path",),
    default="8",
    meaning="concurrent clones per disk, at the source and at the destination",
    source="fe: clone/TabletScheduler.java (PathSlot)",
)
DISABLE_COLOCATE_BALANCE = Setting(
    name="tablet_sched_disable_colocate_balance",
    aliases=("disable_colocate_balance",),
    default="false",
    meaning="true also stops colocate tables from leaving a draining node",
    source="fe: clone/ColocateTableBalancer.java",
)
DISABLE_BALANCE = Setting(
    name="tablet_sched_disable_balance",
    aliases=("disable_balance",),
    default="false",
    meaning="true stops the balancing of tablets; drains and repairs go on",
    source="fe: clone/TabletScheduler.java",
)
MAX_BALANCING = Setting(
    name="tablet_sched_max_balancing_tablets",
    aliases=("max_balancing_tablets",),
    default="500",
    meaning="how many tablets are balanced at a time",
    source="fe: clone/TabletScheduler.java",
)
DROP_AFTER_DECOMMISSION = Setting(
    name="drop_backend_after_decommission",
    default="true",
    meaning="whether StarRocks removes an emptied backend by itself",
    source="fe: alter/SystemHandler.java",
)
SOFT_LIMIT_PERCENT = Setting(
    name="storage_usage_soft_limit_percent",
    aliases=("storage_high_watermark_usage_percent",),
    default="90",
    meaning="above this a disk takes no clones, if less than the reserve is free as well",
    source="fe: clone/RootPathLoadStatistic.java",
)
SOFT_LIMIT_RESERVE = Setting(
    name="storage_usage_soft_limit_reserve_bytes",
    aliases=("storage_min_left_capacity_bytes",),
    default=str(200 * GIB),
    meaning="free bytes a disk must keep, if it is above the soft limit as well",
    source="fe: clone/RootPathLoadStatistic.java",
)
STRICT_MEDIUM = Setting(
    name="enable_strict_storage_medium_check",
    default="false",
    meaning="true lets a tablet move only to a disk of its partition's medium",
    source="fe: clone/TabletScheduler.java",
)
TRASH_EXPIRE = Setting(
    name="catalog_trash_expire_second",
    default="86400",
    meaning="how long dropped tables and partitions stay in the recycle bin, and their tablets on the nodes",
    source="fe: catalog/CatalogRecycleBin.java",
)
BACKEND_DOWN = Setting(
    name="tablet_sched_be_down_tolerate_time_s",
    default="900",
    meaning="how long a backend may be away before its tablets are cloned onto the others; colocate tables wait 12 h",
    source="fe: common/Config.java (mutable in every version that has it), clone/TabletChecker.java; operator issue 49",
)

LEAST_SLOTS, MOST_SLOTS = 2, 64
"""The scheduler uses no fewer and no more slots, whatever is set (fe: clone/TabletScheduler.java)."""


def value(state: ClusterState, setting: Setting) -> str:
    """The leader's value under any of the setting's names, or StarRocks' default when it was not read."""
    names = (setting.name, *setting.aliases)
    return next((state.settings[name] for name in names if name in state.settings), setting.default)


def number(state: ClusterState, setting: Setting) -> int:
    """A numeric setting; the default when what was read is not a number."""
    try:
        return int(value(state, setting))
    except ValueError:
        return int(setting.default)


def is_on(state: ClusterState, setting: Setting) -> bool:
    return value(state, setting).strip().lower() == "true"


def clone_slots(state: ClusterState) -> int:
    """Clones that run at a time on each disk."""
    return min(MOST_SLOTS, max(LEAST_SLOTS, number(state, SLOTS_PER_PATH)))
