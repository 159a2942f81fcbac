"""The tablet scheduler is not frozen by settings that an upgrade left behind.

The upgrade guide sets max_scheduling_tablets to 0 and colocate balance off for the time of an upgrade; with these a
drain is accepted and stands still (fe: clone/TabletScheduler.java; clone/ColocateTableBalancer.java).
"""

from policies import settings
from policies.address import Address
from policies.cluster import ClusterState, RunMode
from policies.plan import Finding, Verdict

NAME = "scheduler"
FEW_SLOTS = 2


def scheduler(_targets: tuple[Address, ...], state: ClusterState) -> list[Finding]:
    if state.run_mode is RunMode.SHARED_DATA:
        return []
    if settings.number(state, settings.MAX_SCHEDULING) <= 0:
        words = f"The tablet scheduler is frozen: {settings.MAX_SCHEDULING.name} is 0."
        advice = (
            "Set it back when no upgrade is going on: "
            f'`ADMIN SET FRONTEND CONFIG ("{settings.MAX_SCHEDULING.name}" = "{settings.MAX_SCHEDULING.default}")`.'
        )
        return [Finding(check=NAME, verdict=Verdict.BLOCK, sentence=words, advice=advice)]
    findings = []
    if settings.is_on(state, settings.DISABLE_COLOCATE_BALANCE) and state.colocate_groups:
        words = f"{settings.DISABLE_COLOCATE_BALANCE.name} is true: tables of colocate groups cannot leave the node."
        advice = "Set it to false first; the drain would never end."
        findings.append(Finding(check=NAME, verdict=Verdict.BLOCK, sentence=words, advice=advice))
    slots = settings.number(state, settings.SLOTS_PER_PATH)
    if slots <= FEW_SLOTS:
        words = f"Only {slots} clones run at a time on each disk ({settings.SLOTS_PER_PATH.name}); the default is 8."
        findings.append(Finding(check=NAME, verdict=Verdict.WARN, sentence=words, advice="The drain will be slow."))
    if not findings:
        words = f"The tablet scheduler works, with {slots} slots for each disk."
        findings.append(Finding(check=NAME, verdict=Verdict.OK, sentence=words))
    return findings
