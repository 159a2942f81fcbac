"""One statement being answered: who asks, where, and what it changes."""

from dataclasses import dataclass, field
from datetime import tzinfo

from workers.twin.answers import SqlError
from workers.twin.life.course import Course
from workers.twin.model.cluster import Cluster
from workers.twin.model.nodes import Frontend
from workers.twin.sessions import Session
from workers.twin.sql.formats import moment, zone


@dataclass
class Asking:
    """Handlers get this; what they put into `effects` is the proof, in the log, that the statement changed something."""

    course: Course
    session: Session
    sessions: dict[int, Session]
    effects: list[str] = field(default_factory=list)

    @property
    def cluster(self) -> Cluster:
        return self.course.cluster

    @property
    def frontend(self) -> Frontend:
        return self.session.frontend

    @property
    def on_leader(self) -> bool:
        return self.cluster.leader is self.session.frontend

    @property
    def zone(self) -> tzinfo:
        return zone(self.session.variables["time_zone"])

    def time(self, sim: float | None) -> str | None:
        """A simulated time as this session prints it."""
        return None if sim is None else moment(self.cluster.epoch + sim, self.zone)

    def require(self, *privileges: str) -> None:
        """Any one of `privileges` on SYSTEM (fe: sql/analyzer/AuthorizerStmtVisitor.java)."""
        account = self.session.account
        if account.system.isdisjoint(privileges):
            raise SqlError(
                self.cluster.version.access_denied,
                "42000",
                f"Access denied; you need (at least one of) the {' OR '.join(privileges)} privilege(s) on SYSTEM for "
                "this operation. Please ask the admin to grant permission(s) or try activating existing roles using "
                f"<set [default] role>. Current role(s): [{', '.join(account.roles)}]. Inactivated role(s): NONE.",
            )

    def require_leader(self) -> None:
        """Statements a follower forwards fail while it has nobody to forward to, or was dropped itself."""
        if self.frontend.dropped:
            raise SqlError(1064, "HY000", "Internal error processing forward: this frontend is not a member any more")
        if self.cluster.leader is None:
            raise SqlError(1064, "HY000", "forward to leader failed: the leader is unknown, try again later")
