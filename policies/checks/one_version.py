"""All nodes run one version: a new one must equal it to the letter (mission 000), so there must be one to equal."""

from policies.address import Address
from policies.cluster import ClusterState
from policies.plan import Finding, Verdict
from policies.units import in_list

NAME = "version"


def one_version(_targets: tuple[Address, ...], state: ClusterState) -> list[Finding]:
    versions = sorted({node.version for node in state.nodes if node.alive and node.version})
    if not state.version:
        return [_block("No node tells its version, so nothing can be compared with it.", "Ask again when the cluster answers.")]
    if len(versions) > 1:
        words = f"The cluster runs {len(versions)} versions at once: {in_list(versions)}."
        return [_block(words, "Finish that upgrade first: a new node could equal only one of them.")]
    words = f"Every node runs {state.version}; install exactly this version on the new host."
    return [Finding(check=NAME, verdict=Verdict.OK, sentence=words)]


def _block(sentence: str, advice: str) -> Finding:
    return Finding(check=NAME, verdict=Verdict.BLOCK, sentence=sentence, advice=advice)
