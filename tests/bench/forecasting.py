"""How often drains end by the time that was forecast: half of them by the p50, nine in ten by the p90."""

from collections import defaultdict

from tests.bench.drained_clusters import MARKS, Seen, drains

SEEDS = range(2_000, 2_060)
"""The constants of policies.forecast were fitted on seeds 1,000 to 1,119; these had never been run before."""
PLAN = 0.0


def run() -> dict[str, float]:
    """`forecast_p50_off`: how far from a half the share of drains is that ended by the p50, at the worst mark;
    `forecast_p90_late`: the share that ended after the p90, at the worst mark. The same for plans with earlier drains.
    """
    by_mark: dict[float, list[Seen]] = defaultdict(list)
    for seed in SEEDS:
        for drain in drains(seed):
            for seen in drain:
                by_mark[seen.mark].append(seen)
    by_mark[PLAN] = [seen for seen in by_mark[PLAN] if seen.earlier]
    results: dict[str, float] = {}
    for mark, all_seen in sorted(by_mark.items()):
        known = [seen for seen in all_seen if seen.p50_s is not None and seen.p90_s is not None]
        name = f"forecast_at_{mark * 100:.0f}" if mark else "forecast_plan"
        results[f"{name}_by_p50"] = sum(seen.left_s <= (seen.p50_s or 0) for seen in known) / len(known)
        results[f"{name}_by_p90"] = sum(seen.left_s <= (seen.p90_s or 0) for seen in known) / len(known)
        results[f"{name}_p90_to_p50"] = sum((seen.p90_s or 0) / (seen.p50_s or 1) for seen in known) / len(known)
        results[f"{name}_unknown"] = 1 - len(known) / len(all_seen)
    marks = [f"forecast_at_{mark * 100:.0f}" for mark in MARKS]
    return results | {
        "forecast_p50_off": max(abs(results[f"{mark}_by_p50"] - 0.5) for mark in marks),
        "forecast_p90_late": max(1 - results[f"{mark}_by_p90"] for mark in marks),
        "forecast_plan_p50_off": abs(results["forecast_plan_by_p50"] - 0.5),
        "forecast_plan_p90_late": 1 - results["forecast_plan_by_p90"],
    }
