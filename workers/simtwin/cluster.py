"""A cluster that lives: the model, its time, what happens by itself, faults, and the log of every statement."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

from workers.simtwin.drain import PASS_S, Drains
from workers.simtwin.model import GIB, Model, SimBackend
from workers.simtwin.settings import DEFAULTS

HEARTBEAT_S = 5.0
REPORT_S = 60.0
ELECTION_S = 12.0


@dataclass
class Logged:
    """One statement: who, where, when (twin's seconds), what came of it."""

    id: int
    at: float
    wall: float
    connection: int
    fe: str
    user: str
    sql: str
    outcome: str
    changed: bool = False
    unknown: bool = False
    cut: str = ""


class Cluster:
    """The model under a clock. `advance` is the only way time passes."""

    def __init__(self, model: Model, epoch: datetime | None = None) -> None:
        self.model = model
        self.epoch = epoch or datetime.now(UTC).replace(microsecond=0)
        self.now = 0.0
        self.drains = Drains(model)
        self.log: list[Logged] = []
        self.cuts: list[tuple[str, str]] = []
        self.refuse_until = -1.0
        self.later: list[tuple[float, Callable[[], None]]] = []
        for frontend in model.frontends:
            frontend.config = {**DEFAULTS, "run_mode": model.run_mode}
        for backend in model.backends:
            backend.report()

    def clock_text(self, seconds: float) -> str:
        return (self.epoch + timedelta(seconds=seconds)).strftime("%Y-%m-%d %H:%M:%S")

    def advance(self, seconds: float) -> None:
        """Let time pass, in passes of the scheduler."""
        end = self.now + seconds
        while self.now + PASS_S <= end:
            self._pass(self.now - self.now % PASS_S + PASS_S)
        self.now = max(self.now, end)

    def _pass(self, at: float) -> None:
        self.now = at
        for item in [item for item in self.later if item[0] <= at]:
            self.later.remove(item)
            item[1]()
        for backend in self.model.backends:
            if backend.alive:
                backend.last_heartbeat = at
                if at % REPORT_S == 0:
                    backend.report()
        leader = self.model.leader()
        if leader is not None:
            self.drains.one_pass(at, leader.config)

    def in_(self, seconds: float, deed: Callable[[], None]) -> None:
        self.later.append((self.now + seconds, deed))

    def config_of(self, fe: str) -> dict[str, str]:
        frontend = next((f for f in self.model.frontends if f.host == fe), self.model.frontends[0])
        return frontend.config

    def leader_config(self) -> dict[str, str]:
        leader = self.model.leader() or self.model.frontends[0]
        return leader.config

    def add_backend(self, host: str, port: int) -> SimBackend:
        """ADD BACKEND: a new id, no capacity until the first report, alive after a heartbeat round."""
        backend = SimBackend(
            id=self.model.next_backend_id, host=host, heartbeat_port=port, data_used=0.0, avail=1396 * GIB,
            total=1475 * GIB, alive=False, last_heartbeat=-1.0, started=self.now,
        )  # fmt: skip
        self.model.next_backend_id += 1
        self.model.backends.append(backend)

        def answer() -> None:
            backend.alive = True
            backend.report()

        self.in_(HEARTBEAT_S, answer)
        return backend

    def lose_leader(self) -> None:
        """The leader's process ends; after an election another follower leads, with settings at their defaults."""
        leader = self.model.leader()
        if leader is None:
            return
        leader.alive = False
        leader.role = "FOLLOWER"
        voters = [f for f in self.model.frontends if f.role == "FOLLOWER"]
        alive = [f for f in voters if f.alive]
        if len(alive) < len(voters) // 2 + 1:
            return

        def elect() -> None:
            alive[0].role = "LEADER"
            alive[0].config = {**DEFAULTS, "run_mode": self.model.run_mode}

        def back() -> None:
            leader.alive = True
            leader.started = self.now
            leader.config = {**DEFAULTS, "run_mode": self.model.run_mode}

        self.in_(ELECTION_S, elect)
        self.in_(ELECTION_S * 10, back)

    def state(self) -> dict[str, object]:
        """Everything a test or a person may want to know, as plain data."""
        return {
            "now": self.now,
            "backends": [
                {**asdict(b), "address": b.address, "leaving": b.leaving, "tablets": self.model.tablets_on(b.id)}
                for b in self.model.backends
            ],
            "frontends": [asdict(f) for f in self.model.frontends],
        }
