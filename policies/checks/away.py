"""A backend that stays away longer than the frontends tolerate is given up: the others get its tablets, thousands of them."""

from policies.address import Address
from policies.cluster import ClusterState, RunMode
from policies.plan import Finding, Verdict
from policies.settings import BACKEND_DOWN, number
from policies.tunable import shown_name
from policies.units import in_time

NAME = "away"
EXAMPLE = "`/sr tune be-down=14400 for=4h`"


def stays_away(_targets: tuple[Address, ...], state: ClusterState) -> list[Finding]:
    """Who stops a backend to work on its host is seldom done within a quarter of an hour (mission document 001 §4)."""
    if state.run_mode is RunMode.SHARED_DATA:
        return []
    span = in_time(number(state, BACKEND_DOWN))
    words = f"After {span} without it (`{shown_name(state.settings, BACKEND_DOWN)}`) its tablets are cloned onto the others."
    advice = f"If its host takes longer, ask for {EXAMPLE} first, which gives it 4 h; colocate tables have their own 12 h."
    return [Finding(check=NAME, verdict=Verdict.WARN, sentence=words, advice=advice)]
