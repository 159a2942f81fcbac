"""Dropped tables and partitions keep their tablets on the node until the FE's recycle bin lets them go.

fe: catalog/CatalogRecycleBin.java; partitions dropped from a living table are not moved by a drain at all, so the
node cannot become empty before they expire (StarRocks PR 62781).
"""

from policies import settings
from policies.address import Address
from policies.cluster import ClusterState, RunMode
from policies.plan import Finding, Verdict
from policies.units import in_count, in_time

NAME = "recycle bin"


def recycle_bin(targets: tuple[Address, ...], state: ClusterState) -> list[Finding]:
    if state.run_mode is RunMode.SHARED_DATA or state.recycle_bin is None:
        return []
    ids = {backend.id for backend in state.backends if backend.address in targets}
    held = sum(count for backend, count in state.recycle_bin.on_backend.items() if backend in ids)
    if not held:
        return [Finding(check=NAME, verdict=Verdict.OK, sentence="The recycle bin holds nothing on the node.")]
    keeps = in_time(settings.number(state, settings.TRASH_EXPIRE))
    words = f"{in_count(held)} tablets on the node belong to dropped tables or partitions in the recycle bin."
    advice = f"The drain may have to wait for them: the bin keeps what was dropped for {keeps}."
    return [Finding(check=NAME, verdict=Verdict.WARN, sentence=words, advice=advice)]
