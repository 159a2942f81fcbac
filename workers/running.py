"""A turn of a running operation: look, let policies.stepping say what is next, do just that.

An act goes through five moments: its intent is committed (and copied to the audit file), the cluster is looked at live,
the statement is sent, the cluster is looked at again, the outcome is committed. A crash between any two is repaired by
the next look: see policies.stepping, which decides from what is seen, never from what was hoped.
"""

from datetime import datetime

from bot.failpoints import failpoint
from policies.deciding import tell
from policies.operation import Event, EventKind, Operation, OperationState, StepMemory
from policies.plan import DecommissionBackend, Plan, Step, Verdict
from policies.playbooks import checks_again
from policies.stalls import needs_evidence
from policies.statements import statement_of
from policies.stepping import Advance, Finish, Halt, Perform, Wait, next_move, next_undo, undo_steps
from workers.audit import AuditEntry
from workers.starrocks import ClusterError, Depth, OutcomeUnknown, Refused
from workers.store import Claim
from workers.wiring import Wiring

S = OperationState
