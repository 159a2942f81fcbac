"""A drain among ticks, crashes, persons and outsiders in any order; the invariants are those of policies.stepping."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from policies.acts import DecommissionBackend
from policies.address import Address
from policies.operation import OperationState
from tests.policies.drains import FIRST, IDS, SECOND, THIRD, at, plan_for
from tests.policies.small_cluster import Crash, SmallCluster, SmallEngine

S = OperationState


class Disturbed(RuleBasedStateMachine):
    """Ticks, crashes, persons and outsiders. The invariants are asserted by the engine as statements reach the cluster."""

    @initialize(two=st.booleans(), removes=st.booleans(), tablets=st.sampled_from([0, 40, 600, 3_000]), odd=st.booleans())
    def begin(self, two: bool, removes: bool, tablets: int, odd: bool) -> None:
        plan = plan_for(FIRST, SECOND, tablets=tablets) if two else plan_for(FIRST, tablets=tablets)
        self.cluster = SmallCluster(tablets=tablets, removes=removes)
        self.engine = SmallEngine(plan, self.cluster)
        if odd:
            self.cluster.flag(THIRD, True)

    @rule(seconds=st.sampled_from([1, 12, 30, 70, 200]))
    def time_passes(self, seconds: int) -> None:
        self.cluster.tick(seconds)

    @rule(crash=st.sampled_from(Crash))
    def turn(self, crash: Crash) -> None:
        self.engine.turn(crash)

    @rule(count=st.integers(2, 6))
    def turns_when_due(self, count: int) -> None:
        for _ in range(count):
            self.engine.turn()
            self.cluster.tick(max(0.0, self.engine.due - self.cluster.now + 0.49))

    @precondition(lambda self: self.engine.operation.state in {S.RUNNING, S.PAUSED, S.HALTED})
    @rule()
    def abort(self) -> None:
        self.engine.abort()

    @precondition(lambda self: self.engine.operation.state is S.HALTED)
    @rule()
    def retry(self) -> None:
        self.engine.retry()

    @precondition(lambda self: self.engine.operation.state in {S.RUNNING, S.PAUSED})
    @rule()
    def pause_or_resume(self) -> None:
        running = self.engine.operation.state is S.RUNNING
        self.engine._commit(self.engine.operation.moved(S.PAUSED if running else S.RUNNING, at(self.cluster.now)))

    @rule(address=st.sampled_from(list(IDS)), leaving=st.booleans())
    def somebody_flags(self, address: Address, leaving: bool) -> None:
        if address in self.cluster.rows:
            self.cluster.flag(address, leaving)

    @rule(address=st.sampled_from(list(IDS)))
    def a_node_dies_or_comes_back(self, address: Address) -> None:
        if address in self.cluster.rows:
            self.cluster.rows[address] = self.cluster.rows[address].with_(alive=not self.cluster.rows[address].alive)

    @rule(address=st.sampled_from(list(IDS)))
    def somebody_adds_it_again(self, address: Address) -> None:
        if address in self.cluster.rows:
            self.cluster.readd(address)

    @rule()
    def the_config_flips(self) -> None:
        self.cluster.removes = not self.cluster.removes

    def teardown(self) -> None:
        """I5: left in peace, with a person who repairs what the halts name, everything comes to an end."""
        if not hasattr(self, "engine"):
            return
        for _ in range(8):
            if self.engine.operation.state.terminal:
                return
            self._repair()
            if self.engine.operation.state is S.HALTED:
                self.engine.retry()
            if self.engine.operation.state is S.PAUSED:
                self.engine._commit(self.engine.operation.moved(S.RUNNING, at(self.cluster.now)))
            self.engine.run()
        assert self._only_a_person_can_close(), self.engine.said[-1]

    def _repair(self) -> None:
        in_hand = self.engine.plan.steps[self.engine.operation.step]
        for address, row in list(self.cluster.rows.items()):
            self.cluster.rows[address] = row.with_(alive=True)
            if address != in_hand.until.address:
                self.cluster.flag(address, False)
        ours = self.cluster.rows.get(in_hand.until.address)
        if self.engine.operation.halted_from == "running" and not isinstance(in_hand.act, DecommissionBackend) and ours is not None:
            self.cluster.flag(ours.address, True)

    def _only_a_person_can_close(self) -> bool:
        """The approved node does not exist any more, or one the plan counts on does not."""
        said = self.engine.said[-1]
        return any(words in said for words in ("listed with id", "no longer listed", "is not listed any more"))


Disturbed.TestCase.settings = settings(max_examples=120, stateful_step_count=30, deadline=None, derandomize=True)
TestDisturbed = Disturbed.TestCase
