"""Lines of fe.conf that a hop wants while older files start: written on each frontend's host by the plan, where hosts are reached.

So far there is one, `ignore_unknown_log_id`, which every way back over a line wants and nothing may keep: a frontend that has
it skips every journal record it does not know, without a word (docs: deployment/downgrade).
"""

from policies.cluster import ClusterState, Frontend, NodeKind, Role
from policies.releases.metadata_flags import ignore_unknown_names
from policies.releases.order import Turn
from policies.releases.paths import PathFinding, to_do_first
from policies.releases.rule import First, Way
from policies.steps.conf_line import ConfLine

FE_CONF = "fe.conf"
DEFAULTS = {"ignore_unknown_log_id": "false"}
"""What a frontend does where its file does not set the key (fe: common/Config.java)."""


def lines_of(found: tuple[PathFinding, ...]) -> tuple[First, ...]:
    """The lines of fe.conf that the hop wants."""
    return tuple(first for first in to_do_first(found) if first.way is Way.CONF_LINE and first.file == FE_CONF)


def can_write(state: ClusterState) -> bool:
    """Whether the conf file of every frontend could be read, and so can be edited; else it is left to people."""
    return bool(state.frontends) and all(_conf(frontend, state) is not None for frontend in state.frontends)


def to_write(found: tuple[PathFinding, ...], turns: list[Turn], state: ClusterState) -> tuple[ConfLine, ...]:
    """For each frontend whose turn it is, in order; not where the file says so already, under whatever name."""
    if not can_write(state):
        return ()
    rows = [state.frontend(turn.address) for turn in turns if turn.kind.frontend]
    lines = [(first, row) for first in lines_of(found) for row in rows if row is not None]
    return tuple(_line(first, row, state) for first, row in lines if not _is_so(first, row, state))


def left_over(written: tuple[ConfLine, ...], state: ClusterState) -> tuple[ConfLine, ...]:
    """What an earlier roll, or a person, left in a file of another frontend: it goes out at the end too, whatever the way."""
    covered = {line.address for line in written}
    wanted = [First(way=Way.CONF_LINE, line="", name=key, value="true") for key in DEFAULTS]
    rows = [(first, row) for first in wanted for row in state.frontends if row.address not in covered]
    return tuple(_line(first, row, state).with_(old=None) for first, row in rows if _says(row, first.name, state) == first.value)


def _line(first: First, row: Frontend, state: ClusterState) -> ConfLine:
    return ConfLine(
        role=NodeKind.OBSERVER if row.role is Role.OBSERVER else NodeKind.FOLLOWER,
        address=row.address,
        version=row.version,
        key=first.name,
        new=first.value,
        old=(_conf(row, state) or {}).get(first.name),
        default=DEFAULTS[first.name],
    )


def _is_so(first: First, row: Frontend, state: ClusterState) -> bool:
    return any(_says(row, name, state) == first.value for name in (first.name, *ignore_unknown_names(row.version)))


def _says(row: Frontend, key: str, state: ClusterState) -> str:
    return (_conf(row, state) or {}).get(key, "").strip().lower()


def _conf(row: Frontend, state: ClusterState) -> dict[str, str] | None:
    look = state.host_of(row.address)
    return look.survey.conf if look is not None and look.survey is not None else None
