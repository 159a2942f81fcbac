"""What is known about hops of clusters whose data lies in object storage. Sources as in upgrade_rules and downgrade_rules."""

from policies.cluster import RunMode
from policies.releases.rule import Rule, Weight, below, line, starting

W = Weight


def _vacuum(way: str) -> Rule:
    """A copy of the metadata names files; the vacuum deletes what the metadata of now needs no more."""
    return Rule(
        id=f"shared-data-vacuum-{way}",
        installed=starting(3, 1, 0),
        wanted=starting(3, 1, 0),
        weight=W.WARN,
        sentence=(
            "In shared_data old versions of data are deleted after lake_autovacuum_grace_period_minutes (30 unless changed): "
            "a metadata backup older than that may name files that are gone."
        ),
        advice=(
            'To be able to go back for a day: ADMIN SET FRONTEND CONFIG ("lake_autovacuum_grace_period_minutes" = "1440"), again '
            "after each restart of a frontend; storage grows meanwhile. Or keep versions in the bucket."
        ),
        source="fe: common/Config.java, lake/vacuum/AutovacuumDaemon.java; that raising it covers a restore is inferred",
        mode=RunMode.SHARED_DATA,
    )


SHARED_DATA_UP: tuple[Rule, ...] = (
    _vacuum("up"),
    Rule(
        id="3.4-cache-moves",
        installed=below(3, 4, 0),
        wanted=starting(3, 4, 0),
        weight=W.WARN,
        sentence="From 3.4 on the data cache lies in ${storage_root_path}/datacache: it is empty after the upgrade.",
        advice="Expect slow queries at first, and look at the room that the old starlet_cache keeps.",
        source="docs: release-3.4 (behaviour changes)",
        mode=RunMode.SHARED_DATA,
    ),
)

SHARED_DATA_DOWN: tuple[Rule, ...] = (
    _vacuum("down"),
    Rule(
        id="3.3-cloud-native-index",
        installed=starting(3, 3, 0),
        wanted=below(3, 3, 0),
        weight=W.WARN,
        sentence="In shared_data, nodes of 3.2 crash on primary key tables whose persistent_index_type is CLOUD_NATIVE.",
        advice="Look for such tables first; take the newest 3.2. From 3.3.6 on new ones have it unless told otherwise.",
        source="#48149; release-3.3 (3.3.6, #52209)",
        mode=RunMode.SHARED_DATA,
    ),
    Rule(
        id="3.3-column-ids",
        installed=starting(3, 3, 0),
        wanted=line(3, 2),
        weight=W.WARN,
        sentence="Columns that are added after a way back from 3.3 got numbers that were taken, and nodes crashed on them.",
        advice="Take the newest 3.2, which checks it.",
        source="#47826",
        mode=RunMode.SHARED_DATA,
    ),
    Rule(
        id="3.3-cache-names",
        installed=starting(3, 3, 0),
        wanted=below(3, 2, 9),
        weight=W.WARN,
        sentence="Before 3.2.9 the data cache that 3.3 wrote is not found: its files are called blockfile_n.version.",
        advice="Rename them to blockfile_n in starlet_cache while the node is down, or expect an empty cache.",
        source="docs: release-3.3 (3.3.0, behaviour changes)",
        mode=RunMode.SHARED_DATA,
    ),
)
