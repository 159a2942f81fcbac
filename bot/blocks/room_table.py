"""The disks of the backends before and after, as text of at most sixty columns."""

from collections.abc import Sequence

from bot.blocks.layout import WIDEST, narrow
from policies.address import Address
from policies.plan import NodeRoom
from policies.units import in_bytes, in_percent

MOST_NODES = 10
MOST_LEAVING = 3
_NAME = 16
_HEADING = f"{'BE':<{_NAME}} {'':<5} {'used':>9} {'free':>9} {'full':>7} {'worst':>7}"


def room_text(room: Sequence[NodeRoom]) -> str:
    """Two lines for each backend, now and after; with many, those that leave, then those that end fullest, then a count."""
    if not room:
        return ""
    shown = list(room)
    if len(room) > MOST_NODES:
        leaving = [node for node in room if node.used_after is None][:MOST_LEAVING]
        staying = sorted((node for node in room if node.used_after is not None), key=_fullest_first)
        shown = [*leaving, *staying[: MOST_NODES - len(leaving)]]
    lines = [_HEADING, *(line for node in shown for line in _node_lines(node))]
    if len(room) > len(shown):
        lines.append(f"…and {len(room) - len(shown)} more, none of them fuller")
    return "\n".join(lines)


def _fullest_first(node: NodeRoom) -> tuple[float, int, Address]:
    """Of nodes that end equally full, those that receive most."""
    return -(node.worst_disk_after or 0.0), node.used_before - (node.used_after or 0), node.address


def _node_lines(node: NodeRoom) -> list[str]:
    now = _line(str(node.address), "now", node.total, node.used_before, node.worst_disk_before)
    if node.used_after is None:
        return [*now, f"{'':<{_NAME}} {'after':<5} {'gone':>9}"]
    return [*now, *_line("", "after", node.total, node.used_after, node.worst_disk_after)]


def _line(name: str, time: str, total: int, used: int, worst: float | None) -> list[str]:
    share = in_percent(used / total) if total else "?"
    worst_words = "?" if worst is None else in_percent(worst)
    numbers = f"{in_bytes(used):>9} {in_bytes(max(0, total - used)):>9} {share:>7} {worst_words:>7}"
    if len(name) <= _NAME:
        return [f"{name:<{_NAME}} {time:<5} {numbers}"]
    return [narrow(name, WIDEST), f"{'':<{_NAME}} {time:<5} {numbers}"]
