"""A cluster of four rows that drains by the clock, and the smallest engine that follows the moves of policies.stepping.

The engine keeps what it committed; a crash forgets the rest. It refuses, by assertion, every statement that the
invariants of policies.stepping forbid at the moment it would reach the cluster.
"""

from enum import StrEnum

from policies.acts import Act, CancelDecommission, DecommissionBackend, DropBackend
from policies.address import Address
from policies.cluster import Backend, ClusterState
from policies.operation import Operation, OperationState, StepMemory
from policies.pacing import Pacing
from policies.plan import Plan
from policies.stepping import Advance, Finish, Halt, Move, Perform, Wait, next_move, next_undo
from tests.policies.drains import IDS, TABLETS, at, backend, look, operation_at

S = OperationState
PLATEAU_S = 150.0
TABLETS_PER_S = 20.0
REMOVAL_S = 10.0


class Crash(StrEnum):
    """Where a turn ends without having committed what it knows."""

    NEVER = "never"
    AFTER_LOOK = "after the look"
    AFTER_INTENT = "after the intent was committed"
    AFTER_EFFECT = "after the statement took effect"


class SmallCluster:
    """What StarRocks would do with four backends; `removes` is drop_backend_after_decommission."""

    def __init__(self, tablets: int = TABLETS, removes: bool = True) -> None:
        self.now = 0.0
        self.removes = removes
        self.rows: dict[Address, Backend] = {address: backend(address, tablets=tablets) for address in IDS}
        self.flagged_at: dict[Address, float] = {}

    def tick(self, seconds: float) -> None:
        for _ in range(round(seconds)):
            self.now += 1
            for address, since in list(self.flagged_at.items()):
                self._move(address, self.now - since)

    def _move(self, address: Address, passed: float) -> None:
        row = self.rows[address]
        if row.alive and passed > PLATEAU_S and row.tablets:
            self.rows[address] = row.with_(tablets=max(0, row.tablets - int(TABLETS_PER_S)))
        # Somebody may flag them all; a cluster without any backend is not of this world.
        elif row.tablets == 0 and self.removes and self.now % REMOVAL_S == 0 and len(self.rows) > 1:
            self.forget(address)

    def forget(self, address: Address) -> None:
        del self.rows[address]
        self.flagged_at.pop(address, None)

    def flag(self, address: Address, leaving: bool) -> None:
        """DECOMMISSION and CANCEL, by anybody; repeating them changes nothing."""
        if self.rows[address].decommissioned == leaving:
            return
        self.rows[address] = self.rows[address].with_(decommissioned=leaving)
        if leaving:
            self.flagged_at[address] = self.now
        else:
            del self.flagged_at[address]

    def readd(self, address: Address) -> None:
        """Somebody drops a node and adds it again: a new id and nothing on it."""
        old = self.rows[address]
        self.forget(address)
        self.rows[address] = old.with_(id=old.id + 1_000, tablets=0, decommissioned=False)

    def look(self) -> ClusterState:
        return look(*self.rows.values())


class SmallEngine:
    """Claim, look, act, commit, in the order of workers.running; `sent` is what reached the cluster."""

    def __init__(self, plan: Plan, cluster: SmallCluster, pacing: Pacing | None = None) -> None:
        self.plan, self.cluster, self.pacing = plan, cluster, pacing or Pacing()
        self.operation: Operation = operation_at(0)
        self.sent: list[Act] = []
        self.said: list[str] = []
        self.due = 0.0
        self.looks = 0

    @property
    def live(self) -> bool:
        return self.operation.state in {S.RUNNING, S.UNDOING, S.PAUSED}

    def turn(self, crash: Crash = Crash.NEVER) -> None:
        """One turn, if there is one to take."""
        if not self.live:
            return
        operation = self.operation
        name = "undo" if operation.state is S.UNDOING else self.plan.steps[operation.step].id
        operation = operation.with_(memory=operation.memory or StepMemory(step=name, entered_at=at(self.cluster.now)))
        move = self._decide(operation)
        if crash is Crash.AFTER_LOOK:
            return
        self._follow(operation, move, crash)

    def _decide(self, operation: Operation) -> Move:
        now, seen = at(self.cluster.now), self.cluster.look()
        self.looks += 1
        decide = next_undo if operation.state is S.UNDOING else next_move
        move = decide(self.plan, operation, seen, self.pacing, now)
        assert move == decide(self.plan, operation, seen, self.pacing, now)
        if operation.state is S.PAUSED and not isinstance(move, Wait):
            return Wait(memory=move.memory, after_s=self.pacing.wall(self.pacing.look_every))
        return move

    def _follow(self, operation: Operation, move: Move, crash: Crash) -> None:
        match move:
            case Perform():
                self._perform(operation, move, crash)
            case Wait():
                assert move.after_s > 0
                self._commit(operation.with_(memory=move.memory), after_s=move.after_s)
            case Advance():
                self.said.append(move.sentence)
                ahead = operation.with_(step=operation.step + 1, memory=None)
                ended = ahead.step == len(self.plan.steps)
                self._commit(ahead.moved(S.DONE, at(self.cluster.now)) if ended else ahead)
            case Halt():
                self.said.append(move.sentence)
                came = "undoing" if operation.state is S.UNDOING else "running"
                halted = operation.moved(S.HALTED, at(self.cluster.now), halted_from=came, halted_because=move.sentence)
                self._commit(halted.with_(memory=move.memory))
            case Finish():
                self.said.append(move.sentence)
                assert operation.state is S.UNDOING
                self._assert_nothing_leaves()
                self._commit(operation.moved(S.UNDONE, at(self.cluster.now), memory=None))

    def _perform(self, operation: Operation, move: Perform, crash: Crash) -> None:
        intended = move.memory.with_(intended_at=move.memory.intended_at or at(self.cluster.now))
        operation = operation.with_(memory=intended)
        self._commit(operation)
        if crash is Crash.AFTER_INTENT:
            return
        again = self._decide(operation)
        if not (isinstance(again, Perform) and again.act == move.act):
            self._follow(operation, again, Crash.NEVER)
            return
        self._send(move.act)
        if crash is Crash.AFTER_EFFECT:
            return
        self._commit(operation.with_(memory=intended.with_(acted_at=at(self.cluster.now))))

    def _send(self, act: Act) -> None:
        """The invariants I1 to I3, at the moment the statement reaches the cluster."""
        row = self.cluster.rows.get(act.address)
        assert row is not None and row.id == act.backend_id
        self.sent.append(act)
        match act:
            case DecommissionBackend():
                assert act.address in self.plan.targets
                assert row.alive and not row.decommissioned
                assert not any(other.decommissioned or not other.alive for other in self._others(act.address))
                self.cluster.flag(act.address, True)
            case CancelDecommission():
                assert row.decommissioned
                self.cluster.flag(act.address, False)
            case DropBackend():
                assert row.tablets == 0 and row.decommissioned
                self.cluster.forget(act.address)

    def _others(self, address: Address) -> list[Backend]:
        """The rest, but for targets that are done with: an emptied row that a person skipped may linger."""
        behind = {step.until.address for step in self.plan.steps[: self.operation.step]}
        return [row for row in self.cluster.rows.values() if row.address not in behind | {address}]

    def _assert_nothing_leaves(self) -> None:
        """I4, for the node in hand."""
        row = self.cluster.rows.get(self.plan.steps[self.operation.step].until.address)
        assert row is None or not row.decommissioned

    def _commit(self, operation: Operation, after_s: float = 0.0) -> None:
        self.operation = operation.with_(changed_at=at(self.cluster.now))
        self.due = self.cluster.now + after_s

    def abort(self) -> None:
        self._commit(self.operation.moved(S.UNDOING, at(self.cluster.now), memory=None, halted_from=""))

    def retry(self) -> None:
        """As policies.deciding does it."""
        memory = self.operation.memory
        assert memory is not None
        fresh = memory.with_(
            entered_at=at(self.cluster.now), first_true_at=None, stall=None, stall_since=None, intended_at=memory.acted_at,
            retried_at=at(self.cluster.now)
        )
        to = S.UNDOING if self.operation.halted_from == "undoing" else S.RUNNING
        self._commit(self.operation.moved(to, at(self.cluster.now), memory=fresh, halted_from=""))

    def run(self, limit_s: float = 20_000.0) -> None:
        """Turns when they are due, until nobody but a person can go on."""
        until = self.cluster.now + limit_s
        while self.live and self.operation.state is not S.PAUSED:
            self.turn()
            assert self.cluster.now < until, f"no end: {self.operation.state}, step {self.operation.step}"
            self.cluster.tick(max(0.0, self.due - self.cluster.now + 0.49))
