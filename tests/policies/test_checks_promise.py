"""What the checks promise of any cluster: a drain that they let through can be accepted, can end, and fits."""

from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from policies import checks
from policies.address import Address
from policies.cluster import Backend, ClusterState, Disk, ReplicationCount
from policies.plan import Verdict
from policies.room import measure, spread
from policies.units import GIB
from tests.policies.clusters import mission000

RESERVE = 200 * GIB
"""storage_usage_soft_limit_reserve_bytes as it is delivered (fe: common/Config.java)."""


@st.composite
def disks(draw: st.DrawFn, number: int, fullness: int) -> Disk:
    """Full to about `fullness` percent: what decides lies near the limits, and chance alone seldom goes there."""
    total = draw(st.integers(20, 4000)) * GIB
    used = total * draw(st.integers(max(0, fullness - 15), min(100, fullness + 15))) // 100
    state = draw(st.sampled_from(("ONLINE",) * 7 + ("OFFLINE",)))
    return Disk(path=f"/data{number}", medium="HDD", state=state, data_used=used, avail=total - used, total=total)


@st.composite
def backends(draw: st.DrawFn, number: int, fullness: int) -> Backend:
    """Hosts repeat now and then; StarRocks sums the disks that are in use."""
    own = tuple(draw(disks(n, fullness)) for n in range(draw(st.integers(1, 3))))
    counted = [disk for disk in own if disk.state == "ONLINE"]
    used, avail = sum(d.data_used for d in counted), sum(d.avail for d in counted)
    return Backend(
        id=1000 + number, address=Address(host=f"10.0.0.{draw(st.integers(1, 9))}", port=9050 + number),
        alive=draw(st.sampled_from((True,) * 40 + (False,))), decommissioned=draw(st.sampled_from((False,) * 40 + (True,))),
        tablets=draw(st.integers(0, 100_000)), data_used=used, avail=avail, total=used + avail,
        used_share=used / max(1, used + avail), max_disk_used_share=max((d.data_used / d.total for d in own), default=0.0),
        disks=own,
    )  # fmt: skip


@st.composite
def drains(draw: st.DrawFn) -> tuple[tuple[Address, ...], ClusterState]:
    fullness = draw(st.sampled_from((20, 50, 70, 80, 85, 90)))
    nodes = tuple(draw(backends(number, fullness)) for number in range(draw(st.integers(2, 7))))
    replication = draw(st.integers(1, 3))
    counts = (ReplicationCount(replication=replication, partitions=75, tablets=750, example="shop.orders"),)
    chosen = draw(st.lists(st.sampled_from(nodes), min_size=1, max_size=3, unique_by=lambda node: node.id))
    return tuple(node.address for node in chosen), mission000().with_(backends=nodes, replication=counts, recycle_bin=None)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(drains())
def test_what_is_let_through_can_be_accepted_can_end_and_fits(drain: tuple[tuple[Address, ...], ClusterState]) -> None:
    targets, state = drain
    findings = checks.run(checks.DECOMMISSION_BACKEND, targets, state)
    blocked = any(finding.verdict is Verdict.BLOCK for finding in findings)
    event(f"blocked: {blocked}")
    assume(not blocked)
    stayers = [b for b in state.backends if b.address not in targets]
    leaving = [b for b in state.backends if b.address in targets]
    # One at a time: nobody else is down or leaving.
    assert all(b.alive and not b.decommissioned for b in (*stayers, *leaving))
    # A place for each replica.
    assert len({b.address.host for b in stayers}) >= max(r.replication for r in state.replication or ())
    # StarRocks accepts each node in its turn, even if all data of those before it had gone to the stayers.
    for count, backend in enumerate(leaving, start=1):
        moved = sum(b.data_used for b in leaving[: count - 1])
        assert backend.data_used <= sum(b.avail for b in (*stayers, *leaving[count:])) - moved
    # The bytes fit with every disk in use below the limit: free >= 200 GB or used <= 90 %.
    room_below = sum(max(0, d.avail - min(RESERVE, d.data_total / 10)) for b in stayers for d in b.disks or () if d.state == "ONLINE")
    assert sum(b.data_used for b in leaving) <= room_below


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(drains())
def test_the_table_pours_what_must_move_and_no_node_beyond_its_room(drain: tuple[tuple[Address, ...], ClusterState]) -> None:
    targets, state = drain
    room, table = measure(targets, state), spread(targets, state)
    added = [row.used_after - row.used_before for row in table if row.used_after is not None]
    assert min(added, default=0) >= 0
    assert abs(sum(added) - min(room.need, room.usable)) <= 64 * max(1, len(added))
    for row, backend in zip(table, state.backends, strict=True):
        if row.used_after is not None:
            assert row.used_after <= backend.data_used + backend.avail
            assert row.worst_disk_after is not None and row.worst_disk_before <= row.worst_disk_after <= 1.0
