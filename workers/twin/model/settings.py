"""Frontend configuration: name, older name, default, type, whether it can be changed at run time.

Defaults are those of StarRocks main at 2023-12 and 2025-06, which agree (fe: common/Config.java), except where a
scenario says otherwise. Values are held as text in Java form, as ADMIN SHOW FRONTEND CONFIG prints them.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Setting:
    name: str
    default: str
    type: str
    alias: str = ""
    mutable: bool = True


_GB = 1024**3

SETTINGS: dict[str, Setting] = {
    setting.name: setting
    for setting in (
        Setting("tablet_sched_disable_balance", "false", "boolean", "disable_balance"),
        Setting("tablet_sched_disable_colocate_balance", "false", "boolean", "disable_colocate_balance"),
        Setting("tablet_sched_disable_colocate_overall_balance", "true", "boolean"),
        Setting("tablet_sched_max_scheduling_tablets", "10000", "int", "max_scheduling_tablets"),
        Setting("tablet_sched_max_balancing_tablets", "500", "int", "max_balancing_tablets"),
        Setting("tablet_sched_slot_num_per_path", "8", "int", "schedule_slot_num_per_path"),
        Setting("tablet_sched_repair_delay_factor_second", "60", "long", "tablet_repair_delay_factor_second"),
        Setting("tablet_sched_checker_interval_seconds", "20", "int", mutable=False),
        Setting("tablet_sched_be_down_tolerate_time_s", "900", "long"),
        Setting("tablet_sched_colocate_be_down_tolerate_time_s", "43200", "long"),
        Setting("tablet_sched_min_clone_task_timeout_sec", "180", "long", "min_clone_task_timeout_sec"),
        Setting("tablet_sched_max_clone_task_timeout_sec", "7200", "long", "max_clone_task_timeout_sec"),
        Setting("tablet_sched_balance_load_score_threshold", "0.1", "double", "balance_load_score_threshold"),
        Setting("tablet_sched_balance_load_disk_safe_threshold", "0.5", "double", "balance_load_disk_safe_threshold"),
        Setting("tablet_sched_always_force_decommission_replica", "false", "boolean"),
        Setting("tablet_sched_consecutive_full_clone_delay_sec", "180", "long"),
        Setting("drop_backend_after_decommission", "true", "boolean"),
        Setting("alter_scheduler_interval_millisecond", "10000", "int", mutable=False),
        Setting("catalog_trash_expire_second", "86400", "long"),
        Setting("storage_usage_soft_limit_percent", "90", "int", "storage_high_watermark_usage_percent"),
        Setting("storage_usage_soft_limit_reserve_bytes", str(200 * _GB), "long", "storage_min_left_capacity_bytes"),
        Setting("storage_usage_hard_limit_percent", "95", "int", "storage_flood_stage_usage_percent"),
        Setting(
            "storage_usage_hard_limit_reserve_bytes", str(100 * _GB), "long", "storage_flood_stage_left_capacity_bytes"
        ),
        Setting("recover_with_empty_tablet", "false", "boolean"),
        Setting("heartbeat_timeout_second", "5", "int", mutable=False),
        Setting("heartbeat_retry_times", "3", "int", mutable=False),
        Setting("tablet_report_drop_tablet_delay_sec", "120", "long"),
        Setting("default_replication_num", "3", "short"),
        Setting("enable_strict_storage_medium_check", "false", "boolean"),
        Setting("run_mode", "shared_nothing", "string", mutable=False),
        Setting("http_port", "8030", "int", mutable=False),
        Setting("query_port", "9030", "int", mutable=False),
        Setting("edit_log_port", "9010", "int", mutable=False),
        Setting("max_bdbje_clock_delta_ms", "5000", "long", mutable=False),
        Setting("meta_delay_toleration_second", "300", "int", mutable=False),
        Setting("black_host_history_sec", "120", "int"),
        Setting("qe_max_connection", "4096", "int"),
        Setting("history_job_keep_max_second", "604800", "int"),
        Setting("enable_experimental_temporary_table", "true", "boolean"),
    )
}

COLOCATE_STABLE_WAIT = Setting("tablet_sched_colocate_balance_wait_system_stable_time_s", "900", "int")
"""Added between 2023-12 and 2025-06: the colocate balancer waits for an unchanged set of backends."""


def setting_named(name: str) -> Setting | None:
    """By name or by the older alias."""
    for setting in (*SETTINGS.values(), COLOCATE_STABLE_WAIT):
        if name in (setting.name, setting.alias):
            return setting
    return None


def accepts(setting: Setting, value: str) -> bool:
    """Would the FE take this text as a value of the setting's type?"""
    if setting.type == "boolean":
        return value.lower() in ("true", "false")
    if setting.type in ("int", "long", "short"):
        return value.removeprefix("-").isdigit()
    if setting.type == "double":
        return value.replace(".", "", 1).isdigit()
    return True
