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
FEW_TABLETS = 100
"""A limit below this keeps the slots of a few disks empty."""


def scheduler(_targets: tuple[Address, ...], state: ClusterState) -> list[Finding]:
    if state.run_mode is RunMode.SHARED_DATA or not state.settings:
        return []
    most = settings.number(state, settings.MAX_SCHEDULING)
    if most <= 0:
        return [_frozen()]
    findings = _colocate(state)
    slots = settings.clone_slots(state)
    if slots <= FEW_SLOTS:
        words = (
            f"Only {slots} clones run at a time on each disk ({settings.SLOTS_PER_PATH.name}); "
            f"the default is {settings.SLOTS_PER_PATH.default}."
        )
        findings.append(_finding(Verdict.WARN, words, "The drain will be slow."))
    if most < FEW_TABLETS:
        words = f"The scheduler takes on {most} tablets at a time ({settings.MAX_SCHEDULING.name})."
        findings.append(_finding(Verdict.WARN, words, f"The drain will be slow; the default is {settings.MAX_SCHEDULING.default}."))
    if not findings:
        findings.append(_finding(Verdict.OK, f"The tablet scheduler works, with {slots} slots for each disk."))
    return findings


def _frozen() -> Finding:
    item = settings.MAX_SCHEDULING
    advice = f'Set it back when no upgrade is going on: `ADMIN SET FRONTEND CONFIG ("{item.name}" = "{item.default}")`.'
    return _finding(Verdict.BLOCK, f"The tablet scheduler is frozen: {item.name} is 0.", advice)


def _colocate(state: ClusterState) -> list[Finding]:
    """Unknown groups are taken as groups: nobody can say that there are none."""
    off = settings.is_on(state, settings.DISABLE_COLOCATE_BALANCE)
    if not off or state.colocate_groups == ():
        return []
    words = f"{settings.DISABLE_COLOCATE_BALANCE.name} is true: tables of colocate groups cannot leave the node."
    return [_finding(Verdict.BLOCK, words, "Set it to false first; the drain would never end.")]


def _finding(verdict: Verdict, sentence: str, advice: str = "") -> Finding:
    return Finding(check=NAME, verdict=verdict, sentence=sentence, advice=advice)
