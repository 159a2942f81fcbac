"""A package that is still being copied to a host: each turn brings some of it, and none of them counts as a failed try."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from bot.queue import Mailbox
from policies.acts import StagePackage
from policies.address import Address
from policies.cluster import NodeKind
from policies.hosts import HostJob, HostLook, JobState
from policies.operation import Operation, OperationState, StepMemory
from policies.pacing import Pacing
from policies.playbooks.upgrade import TO
from policies.request import OperationKind
from policies.stepping import MOST_TRIES, Perform, next_move
from policies.steps.swap import stage
from tests.policies.clusters import NOW, mission000, request
from tests.policies.plans import plan_of
from workers.acting import send
from workers.hosts import HostUnderWay
from workers.settings import WorkerSettings
from workers.store import Claim, Store
from workers.wiring import Wiring

STATE = mission000()
NODE = STATE.backends[0]
STEP = stage(NodeKind.BACKEND, NODE.address, "3.3.9")
PLAN = plan_of("10.84.0.18:9050").with_(steps=(STEP,), revision=1, operation="sr-1")


class SlowLink:
    """A host that a package creeps to: nothing is begun before all of it is there."""

    def look(self, *_: Any, **__: Any) -> tuple[HostLook, ...]:
        jobs = {"job": HostJob(id="job", state=JobState.ABSENT)}
        return (HostLook(address=NODE.address, taken_at=NOW, jobs=jobs),)

    def begin(self, job: str, act: object) -> None:
        raise HostUnderWay(f"40 % of the package is on its way ({job}, {act!r:.20})")


def test_no_turn_of_a_long_copy_is_a_try(mailbox: Mailbox, store: Store) -> None:
    nobody: Any = SimpleNamespace()
    asked = request("10.84.0.18:9050").with_(id="sr-1", kind=OperationKind.UPGRADE, options={TO: "3.3.9"})
    link: Any = SlowLink()
    wired = Wiring(
        settings=WorkerSettings(clusters={}), mailbox=mailbox, store=store, directory=nobody, clusters={},
        drivers={asked.cluster: link},
    )  # fmt: skip
    mailbox.submit(asked)
    claim = store.claim("sr-1")
    assert isinstance(claim, Claim)
    now = datetime.now(UTC)
    act = StagePackage(role=NodeKind.BACKEND, address=Address.parse(str(NODE.address)), version="3.3.9")
    for turn in range(2 * MOST_TRIES):
        memory = StepMemory(step=STEP.id, entered_at=now, intended_at=now, tries=1, job="job")
        if turn:
            kept = mailbox.operation("sr-1")
            assert kept is not None and kept.memory is not None and kept.memory.tries == 0
            assert kept.memory.reading is not None and kept.memory.reading.sentence.startswith("40 %")
            claim = store.claim("sr-1")
            assert isinstance(claim, Claim)
        operation = Operation(
            id="sr-1", request=asked, state=OperationState.RUNNING, created_at=now, changed_at=now, started_at=now, revision=1,
            memory=memory,
        )  # fmt: skip
        told = send(wired, claim, PLAN, operation, Perform(memory=memory, act=act, statement="unpack"), now)
        assert told.startswith("40 %")
    again = next_move(PLAN, operation, STATE.with_(hosts=link.look()), Pacing(), now)
    assert isinstance(again, Perform) and again.memory.job == "job"
