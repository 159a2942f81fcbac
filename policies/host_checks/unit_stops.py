"""Units let a frontend end: `systemctl stop` is SIGKILL when TimeoutStopSec is over, 90 s where nobody set it (man 5
systemd.service), and a frontend may be writing an image of the metadata just then.
"""

from collections.abc import Sequence

from policies.host_checks.seen import Seen, block, fine, warn
from policies.plan import Finding
from policies.units import in_list

NAME = "unit stops"
HARDLY, WELL = 60, 300
"""Seconds. A frontend that ends well does so within some; jobs refuse to stop it below the first, and wait for the second
(policies.steps.process PATIENCE)."""


def unit_stops(nodes: Sequence[Seen]) -> list[Finding]:
    frontends = [node for node in nodes if node.kind.frontend]
    killed = {str(node): after for node in frontends if (after := node.survey.killed_after_s) is not None}
    short = {node: after for node, after in killed.items() if after < WELL}
    if not short:
        return [fine(NAME, "No unit cuts the stop of a frontend short.")] if killed else []
    words = f"systemd kills {in_list([f'{node} ({after} s)' for node, after in short.items()])} so long after a stop, ended or not."
    advice = f"TimeoutStopSec={WELL} in the unit, and no KillSignal=SIGKILL, let a frontend end."
    if min(short.values()) < HARDLY:
        return [block(NAME, words, f"{advice} Below {HARDLY} s no job stops it.")]
    return [warn(NAME, words, advice)]
