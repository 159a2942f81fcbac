"""What is to be reached (docs: design), and the table and file that say what was."""

import json
import math
import os
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

GOALS: dict[str, float] = {
    "ack_p99_ratio": 1.25,
    "ack_p99_ratio_pooled": 1.25,
    "ack_p99_ratio_request": 1.25,
    "ack_p99_ms_redis_down": 300.0,
    "ack_p99_ms_redis_hung": 300.0,
    "plan_p95_s": 2.0,
    "approve_to_first_statement_s": 1.0,
    "tick_cpu_ratio": 1.5,
    "waiting_1000_rss_mb": 250.0,
    "waiting_1000_core_share": 0.30,
    "drain_time_ratio": 1.02,
    "rolling_restart_ratio": 1.05,
    "rolling_upgrade_ratio": 1.05,
    "rolling_1x_restart_ratio": 1.05,
    "rolling_1x_upgrade_ratio": 1.05,
    "rolling_50_restart_ratio": 1.05,
    "rolling_50_upgrade_ratio": 1.05,
    "fe_statements_per_minute": 12.0,
    "recovery_s": 31.0,
    "plan_100_be_s": 10.0,
    "plan_100_be_worker_mb": 300.0,
    "plan_1000_be_s": 60.0,
    "plan_1000_be_worker_mb": 1000.0,
    "forecast_p50_off": 0.1,
    "forecast_p90_late": 0.15,
    "forecast_plan_p50_off": 0.1,
    "forecast_plan_p90_late": 0.15,
}
"""At most these; recovery: the visibility timeout of 30 s and one more second. The design asks for bounded memory and names no
figure for a worker that plans; those two are ours."""


def table(results: Mapping[str, float]) -> str:
    """One line for each number: what was measured, what is wanted, whether it is met."""
    lines = [f"{'key':<30}{'value':>10}{'goal':>10}  met"]
    for key, goal in GOALS.items():
        if key in results:
            met = "yes" if results[key] <= goal else "no"
            lines.append(f"{key:<30}{results[key]:>10.3g}{f'≤ {goal:g}':>10}  {met}")
    return "\n".join(lines)


def write(path: Path, results: Mapping[str, float]) -> None:
    """Keep the results with the facts of the machine; numbers measured earlier stay when only some were run."""
    before = json.loads(path.read_text(encoding="utf-8"))["results"] if path.exists() else {}
    machine = {
        "cpus": os.cpu_count(),
        "python": platform.python_version(),
        "platform": platform.platform(),
        "date": datetime.now(UTC).date().isoformat(),
    }
    content = {"machine": machine, "results": {**before, **results}, "goals": GOALS}
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def quantile(values: list[float], share: float) -> float:
    """The smallest value that at least `share` of the values do not exceed (nearest rank)."""
    ranked = sorted(values)
    return ranked[max(0, math.ceil(share * len(ranked)) - 1)]
