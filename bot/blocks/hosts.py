"""Hosts of a cluster: a line for each node, then what the rules find about them."""

from collections.abc import Sequence

from bot.blocks.layout import Block, clock, columns, context, header, narrow, preformatted, rich, section
from bot.blocks.phrases import plural
from bot.blocks.plan_card import check_counts, finding_blocks
from bot.escape import clip, mrkdwn
from bot.limits import fitted
from bot.message import Message
from policies.cluster import ClusterState
from policies.host_checks import Seen, judge_hosts, seen
from policies.releases.java import jdk
from policies.units import GIB, in_list
from policies.versions import release

MOST_NODES = 40
_NAME = 18


def hosts_message(state: ClusterState) -> Message:
    """For the asker alone; hosts are only looked at."""
    if state.hosts is None:
        words = f"No driver reaches the hosts of {state.cluster}: people look after them, and nobody looks at them from here."
        return _message(words, [section(f"{mrkdwn(words)} `docs/hosts.md` tells how to give the bot a login.")])
    nodes = seen(state)
    findings = judge_hosts(state)
    kinds = {process: [node for node in nodes if node.kind.process == process] for process in ("BE", "CN", "FE")}
    tables = [hosts_text(process, those) for process, those in kinds.items() if those]
    blocks = [
        header(f"Hosts of {state.cluster}"),
        *([rich(preformatted("\n\n".join(tables)))] if tables else []),
        section(f"🧪 {check_counts(findings)}."),
        *finding_blocks(findings, most=20),
        context(*_notes(nodes), f"Looked at {clock(state.taken_at)}"),
    ]
    return _message(f"Hosts of {state.cluster}: {plural(len(nodes), 'node')}, {check_counts(findings)}.", blocks)


def hosts_text(process: str, nodes: Sequence[Seen]) -> str:
    """`?` is what could not be read; versions without their commit."""
    rows: list[tuple[str, ...]] = [(process, "up", "disk", "jdk", "mem", "free", "fds", "clock")]
    rows += [_row(node) for node in nodes[:MOST_NODES]]
    more = len(nodes) - MOST_NODES
    return columns(rows, right=frozenset({3, 4, 5, 6, 7})) + (f"\n…and {more} more" if more > 0 else "")


def _row(node: Seen) -> tuple[str, ...]:
    survey, look = node.survey, node.look
    number = release(survey.installed)
    return (
        narrow(str(node.address), _NAME),
        "?" if look.trouble else "up" if look.process else "no",
        ".".join(map(str, number)) if number else "?",
        str(jdk(survey.java) or "?"),
        _gib(survey.memory),
        _gib(survey.home_free),
        _files(survey.open_files),
        "?" if survey.clock_skew_s is None else f"{min(max(survey.clock_skew_s, -999), 999):+.1f}",
    )


def _gib(count: int | None) -> str:
    """`64G`, `1.5T`."""
    if count is None:
        return "?"
    return f"{count // GIB}G" if count < 1000 * GIB else f"{count / GIB / 1024:.1f}T"


def _files(count: int | None) -> str:
    if count is None:
        return "?"
    return f"{count}" if count < 1000 else f"{count // 1000}k" if count < 1_000_000 else f"{count // 1_000_000}M"


def _notes(nodes: Sequence[Seen]) -> list[str]:
    units: dict[str, list[str]] = {}
    for node in nodes:
        if node.look.process is not None:
            units.setdefault(node.look.process.unit, []).append(str(node.address))
    by_hand = units.pop("", [])
    told = [f"{mrkdwn(unit)} watches {mrkdwn(in_list(those, 3))}." for unit, those in list(units.items())[:6]]
    if by_hand:
        told.append(f"No systemd unit watches {mrkdwn(in_list(by_hand, 3))}.")
    legend = "disk: version of the files there; free: beside the installation; fds: open files allowed; clock: from ours, in s"
    return [legend, *told]


def _message(text: str, blocks: list[Block]) -> Message:
    return fitted(Message(text=clip(text, 240), blocks=tuple(blocks)))
