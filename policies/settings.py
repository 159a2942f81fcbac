"""Frontend config that node operations depend on: names, older names, StarRocks' default, and what it means here.

Source of names and defaults: fe/fe-core/src/main/java/com/starrocks/common/Config.java (2023-12 and 2025-06 agree).
"""

from policies.cluster import ClusterState
from policies.record import Record
from policies.units import GIB


class Setting(Record):
    """One frontend config item."""

    name: str
    default: str
    meaning: str
    aliases: tuple[str, ...] = ()


MAX_SCHEDULING = Setting(
    name="tablet_sched_max_scheduling_tablets",
    aliases=("max_scheduling_tablets",),
    default="10000",
    meaning="how many tablets the scheduler takes on; 0 lets about one through at a time (left over from upgrades)",
)
SLOTS_PER_PATH = Setting(
    name="tablet_sched_slot_num_per_path",
    aliases=("schedule_slot_num_per_path",),
    default="8",
    meaning="concurrent clones per disk, at the source and at the destination",
)
DISABLE_COLOCATE_BALANCE = Setting(
    name="tablet_sched_disable_colocate_balance",
    aliases=("disable_colocate_balance",),
    default="false",
    meaning="true also stops colocate tables from leaving a draining node",
)
DROP_AFTER_DECOMMISSION = Setting(
    name="drop_backend_after_decommission",
    default="true",
    meaning="whether StarRocks removes an emptied backend by itself",
)
SOFT_LIMIT_PERCENT = Setting(
    name="storage_usage_soft_limit_percent",
    aliases=("storage_high_watermark_usage_percent",),
    default="90",
    meaning="above this a disk takes no clones, if less than the reserve is free as well",
)
SOFT_LIMIT_RESERVE = Setting(
    name="storage_usage_soft_limit_reserve_bytes",
    aliases=("storage_min_left_capacity_bytes",),
    default=str(200 * GIB),
    meaning="free bytes a disk must keep, if it is above the soft limit as well",
)
TRASH_EXPIRE = Setting(
    name="catalog_trash_expire_second",
    default="86400",
    meaning="how long dropped tables and partitions stay in the recycle bin, and their tablets on the nodes",
)


def value(state: ClusterState, setting: Setting) -> str:
    """The leader's value under any of the setting's names, or StarRocks' default when it was not read."""
    names = (setting.name, *setting.aliases)
    return next((state.settings[name] for name in names if name in state.settings), setting.default)


def number(state: ClusterState, setting: Setting) -> int:
    """A numeric setting; the default when what was read is not a number."""
    text = value(state, setting)
    return int(text) if text.lstrip("-").isdigit() else int(setting.default)


def is_on(state: ClusterState, setting: Setting) -> bool:
    return value(state, setting).strip().lower() == "true"
