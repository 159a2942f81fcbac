
"""What can go wrong when talking to a cluster, named by what happens next.

Every error's text is one sentence for a person, without a password or a statement in it.
"""

import re

NO_PRIVILEGE_CODES = frozenset({1044, 1142, 1227, 1252, 5203})
"""Codes of a missing privilege: 1252 up to 3.3, 5203 from 3.4 on (fe: common/ErrorCode.java), MySQL's own for others."""

UNKNOWN_TABLE_CODES = frozenset({1051, 1109, 1146, 5502})
"""Codes of an unknown table: 1051 up to 3.3, 5502 from 3.4 on (fe: common/ErrorCode.java)."""

UNKNOWN_DATABASE_CODES = frozenset({1049, 5501})
"""Codes of an unknown database: 1049 up to 3.3, 5501 from 3.4 on (fe: common/ErrorCode.java)."""

UNDECIDED_CODES = frozenset({1317, 5024})
"""The statement was interrupted or timed out inside StarRocks: it may still have taken effect (fe: ErrorCode.java)."""

_UNDECIDED_TEXT = re.compile(
    r"forward|TTransportException|SocketTimeout|SocketException|Read timed out|Connection reset|Broken pipe"
    r"|closed by peer|rpc failed|wait(?:ing)? .*journal|Cannot open null host",
    re.IGNORECASE,
)
"""Code 1064 of a follower that lost its leader while forwarding: thrift's exception texts reach the client as they are
(fe: qe/LeaderOpExecutor.java forward; rpc/ThriftRPCRequestExecutor.java; issues 17575, 78195)."""

_GONE_DATABASE = re.compile(r"\b(?:db|database)\b.{0,80}\b(?:does not exist|not found)|unknown database", re.IGNORECASE)

_DEFINITION = re.compile(r"(analyze materialized view define sql:).*?(Cause an error:)", re.DOTALL)
"""A view that cannot be activated: its whole definition stands before the cause (fe: alter/AlterJobMgr.java)."""

_SPACE = re.compile(r"\s+")


class ClusterError(Exception):
    """Talking to a cluster failed; the text is a sentence for a person."""


class Unreachable(ClusterError):
    """No frontend answered, or the link broke while nothing that changes the cluster was under way."""


class AccessDenied(ClusterError):
    """The account's name or password was refused at the login."""


class Unreadable(ClusterError):
    """A frontend answered, but not with what we must know (an essential column or a number is missing)."""


class OutcomeUnknown(ClusterError):
    """A statement was sent and its answer never came: look at the cluster before doing anything else."""


class Refused(ClusterError):
    """StarRocks answered with an error: nothing was changed by this statement.

    The code says little (almost everything is 1064, fe: mysql/MysqlErrPacket.java); `text` is StarRocks' own.
    """

    def __init__(self, code: int, text: str) -> None:
        self.code = code
        self.text = _SPACE.sub(" ", _DEFINITION.sub(r"\1 … \2", text)).strip()
        shown = self.text if len(self.text) <= 400 else self.text[:397] + "..."
        super().__init__(f"StarRocks refused it (error {code}): {shown}")

    @property
    def lacks_privilege(self) -> bool:
        """The account may not do this (fe: sql/analyzer/AuthorizerStmtVisitor.java)."""
        return self.code in NO_PRIVILEGE_CODES or "Access denied; you need" in self.text

    @property
    def unknown_table(self) -> bool:
        """The version does not have this table of information_schema."""
        return self.code in UNKNOWN_TABLE_CODES or "Unknown table" in self.text

    @property
    def unknown_database(self) -> bool:
        """The database was dropped meanwhile (PROC paths say so under 1064; fe: common/proc/TransDbProcDir.java)."""
        return self.code in UNKNOWN_DATABASE_CODES or bool(_GONE_DATABASE.search(self.text))

    @property
    def undecided(self) -> bool:
        """The error tells of a broken way to the leader, not of a decision: the statement may have taken effect."""
        return self.code in UNDECIDED_CODES or bool(_UNDECIDED_TEXT.search(self.text))
