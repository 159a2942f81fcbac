"""Frontend config the twin knows, with StarRocks' defaults (fe: common/Config.java). Kept in the memory of each frontend."""

DEFAULTS: dict[str, str] = {
    "run_mode": "shared_nothing",
    "tablet_sched_disable_balance": "false",
    "tablet_sched_disable_colocate_balance": "false",
    "tablet_sched_max_scheduling_tablets": "10000",
    "tablet_sched_max_balancing_tablets": "500",
    "tablet_sched_slot_num_per_path": "8",
    "tablet_sched_repair_delay_factor_second": "60",
    "tablet_sched_checker_interval_seconds": "20",
    "tablet_sched_be_down_tolerate_time_s": "900",
    "drop_backend_after_decommission": "true",
    "alter_scheduler_interval_millisecond": "10000",
    "catalog_trash_expire_second": "86400",
    "storage_usage_soft_limit_percent": "90",
    "storage_usage_soft_limit_reserve_bytes": "214748364800",
    "storage_usage_hard_limit_percent": "95",
    "storage_usage_hard_limit_reserve_bytes": "107374182400",
    "enable_strict_storage_medium_check": "false",
    "recover_with_empty_tablet": "false",
    "heartbeat_timeout_second": "5",
    "default_replication_num": "3",
}
IMMUTABLE = frozenset({"run_mode", "tablet_sched_checker_interval_seconds"})
ALIASES = {
    "max_scheduling_tablets": "tablet_sched_max_scheduling_tablets",
    "max_balancing_tablets": "tablet_sched_max_balancing_tablets",
    "disable_balance": "tablet_sched_disable_balance",
    "disable_colocate_balance": "tablet_sched_disable_colocate_balance",
    "schedule_slot_num_per_path": "tablet_sched_slot_num_per_path",
}
