"""Whether what the nodes of a host may take together fits into its memory.

A percentage is one of the host's memory or of its cgroup's limit, and those of several processes add up
(docs: administration/management/BE_configuration, mem_limit). A JVM takes more than its heap: that is what the rest is for.
"""

from collections.abc import Sequence

from policies.cluster import ClusterState
from policies.plan import Finding, Verdict
from policies.releases.java import forbidden_flags, heap, heap_bytes, jdk
from policies.resizing import DEFAULT_LIMIT, MEM_LIMIT, Change, Node, survey_of, variable_of
from policies.units import in_bytes, in_list, in_percent

NAME = "memory"
MOST = 0.9
"""Of a host's memory; what StarRocks takes by itself where a backend has its host alone."""
MUCH_LESS = 0.5
_UNITS = {"K": 1024, "M": 1024**2, "G": 1024**3, "T": 1024**4}


def limit_bytes(value: str, memory: int | None) -> int | None:
    """`80%` of a host's memory, or `100G`, in bytes; None when it cannot be told."""
    text = value.strip().upper().removesuffix("B")
    if text.endswith("%"):
        share = _number(text[:-1])
        return None if share is None or memory is None else int(memory * share / 100)
    number = _number(text[:-1]) if text[-1:] in _UNITS else _number(text)
    return None if number is None else int(number * _UNITS.get(text[-1:], 1))


def judge_memory(changes: Sequence[Change], state: ClusterState) -> list[Finding]:
    """Host by host: does it fit, with whatever else runs there; and does a node get much less than it has?"""
    hosts = list(dict.fromkeys(change.address.host for change in changes))
    found = [finding for host in hosts for finding in _judge_host(host, changes, state)]
    return found + [finding for change in changes for finding in (*_much_less(change, state), *_flags(change, state))]


def _judge_host(host: str, changes: Sequence[Change], state: ClusterState) -> list[Finding]:
    here = [node for node in state.nodes if node.address.host == host]
    surveys = [survey for node in here if (survey := survey_of(node.address, state)) is not None]
    memory = next((survey.memory for survey in surveys if survey.memory), None)
    if memory is None:
        words = f"How much memory {host} has could not be read: whether it fits is unknown."
        return [_finding(Verdict.WARN, words, "Look at the host first.")]
    shares = {str(node.address): _takes(node, changes, memory, state) for node in here}
    unknown = [address for address, share in shares.items() if share is None]
    known = {address: share for address, share in shares.items() if share is not None}
    total = sum(known.values())
    parts = in_list([f"{address} {in_bytes(share)}" for address, share in known.items()])
    sum_of = f"{in_bytes(total)} ({in_percent(total / memory)})"
    words = f"{host} has {in_bytes(memory)} of memory; its nodes may take {sum_of} of it: {parts}."
    if unknown:
        words += f" What {in_list(unknown)} takes could not be read."
    if total > memory:
        return [_finding(Verdict.BLOCK, words, "Ask for less: a process that takes more than there is gets killed.")]
    if total > MOST * memory or unknown:
        return [_finding(Verdict.WARN, words, "The system and what a JVM takes beside its heap need the rest.")]
    return [_finding(Verdict.OK, words)]


def _takes(node: Node, changes: Sequence[Change], memory: int, state: ClusterState) -> int | None:
    """Bytes that a node may take after the changes."""
    change = next((change for change in changes if change.address == node.address), None)
    survey = survey_of(node.address, state)
    if change is not None:
        return heap_bytes(change.heap) if change.heap else limit_bytes(change.value, memory)
    if survey is None or survey.conf is None:
        return None
    if state.frontend(node.address) is None:
        return limit_bytes(survey.conf.get(MEM_LIMIT, DEFAULT_LIMIT), memory)
    size = survey.heap or heap(survey.conf.get(variable_of(node, survey) or "", ""))
    return heap_bytes(size) if size else None


def _much_less(change: Change, state: ClusterState) -> list[Finding]:
    survey = survey_of(change.address, state)
    memory = survey.memory if survey is not None else None
    old_heap = heap(change.before) if change.heap else None
    before = heap_bytes(old_heap) if old_heap else None if change.heap else limit_bytes(change.before, memory)
    after = heap_bytes(change.heap) if change.heap else limit_bytes(change.value, memory)
    if before is None or after is None or after >= MUCH_LESS * before:
        return []
    words = f"{change.address} gets {in_bytes(after)} in place of {in_bytes(before)}, less than half."
    advice = "A frontend whose metadata do not fit does not start." if change.heap else "Queries that fit now may then fail."
    return [_finding(Verdict.WARN, words, advice)]


def _flags(change: Change, state: ClusterState) -> list[Finding]:
    survey = survey_of(change.address, state)
    java = jdk(survey.java) if survey is not None else None
    wrong = forbidden_flags(change.value, java) if change.heap and java else ()
    if not wrong:
        return []
    words = f"With {in_list(list(wrong))} in {change.key} of {change.address} Java {java} does not start."
    return [_finding(Verdict.WARN, words, "Take them out of fe.conf first.")]


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _finding(verdict: Verdict, sentence: str, advice: str = "") -> Finding:
    return Finding(check=NAME, verdict=verdict, sentence=sentence, advice=advice)
