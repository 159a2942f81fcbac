"""Where the data lives decides what a drain has to do.

With shared_data a decommission is accepted without looking at replicas or disks (fe: alter/SystemHandler.java, PR 31798),
and every table there shows one replica without being at risk.
"""

from policies.address import Address
from policies.cluster import ClusterState, RunMode
from policies.plan import Finding, Verdict

NAME = "run mode"


def run_mode(_targets: tuple[Address, ...], state: ClusterState) -> list[Finding]:
    if state.run_mode is RunMode.SHARED_DATA:
        words = (
            "Data lives in object storage (shared_data): checks of replicas, disks, tablets and the tablet scheduler "
            "are not needed."
        )
    else:
        words = "Data lives on the backends' own disks (shared_nothing): the drain copies it."
    return [Finding(check=NAME, verdict=Verdict.OK, sentence=words)]
