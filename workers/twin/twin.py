"""One simulated cluster, in process: time, statements, faults, and the log of all of it. No I/O."""

from collections.abc import Callable
from datetime import UTC, datetime

from workers.twin.answers import ConnectionCut, Ok, ResultSet, SqlError
from workers.twin.faults.catalogue import FAULTS, arguments_for
from workers.twin.faults.wire import Interference
from workers.twin.life.course import Course
from workers.twin.model.cluster import Cluster
from workers.twin.model.nodes import Frontend
from workers.twin.scenarios import build
from workers.twin.sessions import ACCOUNTS, LoggedStatement, Session
from workers.twin.sql.asking import Asking
from workers.twin.sql.statements import answer


class Twin:
    """A StarRocks cluster. Synchronous and deterministic: the same seed and calls give the same answers."""

    def __init__(self, scenario: str, *, seed: int = 7, columns: str = "3.3.3", course: Course | None = None) -> None:
        """The named scenario, or a `course` that was built elsewhere and only bears this name."""
        self.scenario = scenario
        self.course = course or build(scenario, seed=seed, columns=columns)
        self.interference = Interference()
        self.log: list[LoggedStatement] = []
        self.sessions: dict[int, Session] = {}
        self._next_session = 1000
        self.cluster.frontend_stopped.append(self._cut_connections_to)

    @classmethod
    def from_scenario(cls, name: str, *, seed: int = 7, columns: str = "3.3.3") -> "Twin":
        """A cluster at simulated second 0; ValueError names the scenarios and column sets there are."""
        return cls(name, seed=seed, columns=columns)

    @property
    def cluster(self) -> Cluster:
        return self.course.cluster

    @property
    def epoch(self) -> float:
        """Wall time of simulated second 0, seconds since 1970."""
        return self.cluster.epoch

    # --- time

    @property
    def now(self) -> float:
        """Simulated seconds since the start."""
        return self.cluster.agenda.now

    def advance(self, seconds: float) -> None:
        """Let `seconds` of simulated time pass; ValueError if negative."""
        if seconds < 0:
            raise ValueError(f"time does not run backwards: {seconds}")
        self.cluster.agenda.run_to(self.now + seconds)

    def run_until(self, predicate: Callable[[], bool], limit_s: float) -> bool:
        """Advance from event to event until `predicate` holds; False if it does not within `limit_s`."""
        return self.cluster.agenda.run_until(predicate, limit_s)

    # --- statements

    def new_session_id(self) -> int:
        self._next_session += 1
        return self._next_session

    def session(self, fe: str | None = None, user: str = "sr_bot", *, ident: int | None = None) -> Session:
        """A connection to the frontend on host `fe` (default: the leader); LookupError on unknown names."""
        if user not in ACCOUNTS:
            raise LookupError(f"no account {user!r}, there are: {', '.join(ACCOUNTS)}")
        frontend = self._frontend(fe)
        session = Session(ident or self.new_session_id(), frontend, ACCOUNTS[user], since=self.now)
        session.variables |= self.cluster.global_variables
        self.sessions[session.id] = session
        return session

    def reachable(self, frontend: Frontend) -> bool:
        """Does this frontend accept connections right now?"""
        return frontend.process_up and frontend.ready and frontend.refuses_until <= self.now

    def execute(self, sql: str, session: Session) -> ResultSet | Ok:
        """Answer one statement; SqlError for an error packet, ConnectionCut when no answer comes."""
        if session.closed or not (session.frontend.process_up and session.frontend.ready):
            session.cut()
            raise ConnectionCut("MySQL server has gone away")
        entry = self._logged(sql, session)
        if self.interference.cuts_before(sql):
            entry.outcome, entry.cut = "cut before it took effect", True
            session.cut()
            raise ConnectionCut("Lost connection to MySQL server during query")
        asking = Asking(self.course, session, self.sessions, entry.effects)
        try:
            result = answer(asking, sql)
        except SqlError as error:
            entry.outcome = f"error {error.code}: {error.text}"
            entry.unknown = error.unknown
            raise
        entry.rows = len(result.rows) if isinstance(result, ResultSet) else 0
        if session.closed or self.interference.cuts_after(sql):
            entry.cut = True
            session.cut()
            raise ConnectionCut("Lost connection to MySQL server during query")
        return result

    def close(self, session: Session) -> None:
        """The client said goodbye."""
        session.closed = True
        if self.sessions.get(session.id) is session:
            del self.sessions[session.id]

    def as_somebody(self, sql: str, *, user: str = "root", fe: str | None = None) -> ResultSet | Ok:
        """A statement of somebody else than the bot, on a connection of their own."""
        session = self.session(fe, user)
        try:
            return self.execute(sql, session)
        finally:
            self.close(session)

    @property
    def effects(self) -> list[LoggedStatement]:
        """The statements that changed something."""
        return [entry for entry in self.log if entry.effects]

    # --- faults

    def inject(self, fault: str, **args: object) -> None:
        """Make something go wrong; LookupError on an unknown fault, ValueError on arguments it does not take."""
        if fault not in FAULTS:
            raise LookupError(f"no fault {fault!r}, there are: {', '.join(FAULTS)}")
        chosen = FAULTS[fault]
        values = arguments_for(chosen, args)
        shown = ", ".join(f"{name}={value}" for name, value in values.items() if value is not None)
        self.course.tell(f"fault {fault}({shown})")
        chosen.effect(self, **values)

    # --- inside

    def _frontend(self, host: str | None) -> Frontend:
        if host is None:
            leader = self.cluster.leader
            if leader is not None:
                return leader
            return next(f for f in self.cluster.frontends if f.process_up)
        found = self.cluster.frontend_named(host)
        if found is None:
            raise LookupError(f"no frontend {host!r}")
        return found

    def _logged(self, sql: str, session: Session) -> LoggedStatement:
        entry = LoggedStatement(
            id=len(self.log) + 1,
            connection=session.id,
            fe=session.frontend.host,
            user=session.account.name,
            at=round(self.now, 3),
            wall=datetime.now(UTC).isoformat(),
            sql=sql,
        )
        self.log.append(entry)
        return entry

    def _cut_connections_to(self, frontend: Frontend) -> None:
        for session in list(self.sessions.values()):
            if session.frontend is frontend:
                session.cut()
                self.sessions.pop(session.id, None)
