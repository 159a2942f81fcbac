"""The twin: a StarRocks cluster simulated in memory, for tests, rehearsal and the demo.

It imports nothing of the rest of the product, so that one misunderstanding of StarRocks cannot sit on both sides of a
test. In process: `Twin.from_scenario("mission000")`. As a server: `python -m workers.twin`.
"""

from workers.twin.answers import ConnectionCut, Ok, ResultSet, SqlError
from workers.twin.faults.catalogue import FAULTS
from workers.twin.scenarios import SCENARIOS
from workers.twin.sessions import LoggedStatement, Session
from workers.twin.twin import Twin

__all__ = [
    "FAULTS",
    "SCENARIOS",
    "ConnectionCut",
    "LoggedStatement",
    "Ok",
    "ResultSet",
    "Session",
    "SqlError",
    "Twin",
]
