"""What a worker process holds: settings, Redis, the store, the clusters, the directory of people; made once."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache, partial
from typing import Any

from pydantic import ValidationError

from bot.identity import Directory, slack_client
from bot.message import Message
from bot.queue import Mailbox
from bot.settings import SettingsError
from policies.acts import Act, HostAct
from policies.address import Address
from policies.approval import ApprovalPolicy
from policies.awaited import ProcessSilent
from policies.cluster import ClusterState, NodeKind
from policies.estimate import DrainRecord
from policies.members import Members, members_of
from policies.operation import Operation
from policies.plan import Step
from policies.playbooks import entry_for
from policies.watching import SHARED_AGE, SHORTEST_LOOK
from workers import starrocks
from workers.audit import mirror
from workers.hosts import NO_STORES, HostDriver, HostError, HostRefused
from workers.hosts.choosing import driver_for
from workers.settings import WorkerSettings
from workers.starrocks import Cluster, Depth, Endpoint
from workers.store import Claim, Store

EVIDENCE_KEPT_S = 300.0
"""Cluster seconds: what explains a stall is read again this often, its quick parts at every look."""


@dataclass
class Wiring:
    """Everything a turn needs; tests make their own."""

    settings: WorkerSettings
    mailbox: Mailbox
    store: Store
    directory: Directory
    clusters: dict[str, Cluster]
    drivers: dict[str, HostDriver] = field(default_factory=dict)

    def now(self) -> datetime:
        return datetime.now(UTC)

    def home_team(self) -> str:
        return self.directory.home_team()

    def policy_for(self, operation: Operation) -> ApprovalPolicy:
        entry = entry_for(operation.request.kind)
        return self.settings.approval_policy(operation.cluster, entry.operation_class)

    def look(self, claim: Claim | None, cluster: str, depth: Depth, targets: Sequence[Address] = ()) -> ClusterState:
        """A live look, which others may share; the claim is kept while it goes on. Raises ClusterError, Fenced."""
        alive = None if claim is None else partial(self.store.renew, claim)
        if depth in {Depth.FULL, Depth.HOSTS}:  # large, or nothing at all: nobody watches at these depths
            return starrocks.look_live(self.clusters[cluster], depth, targets, alive)
        redis, keys = self.mailbox.redis, self.mailbox.keys
        return starrocks.look_and_share(redis, keys, self.clusters[cluster], depth, targets, alive)

    def watch(
        self,
        cluster: str,
        depth: Depth,
        targets: Sequence[Address] = (),
        age_s: float = SHARED_AGE * SHORTEST_LOOK,
        younger_than: datetime | None = None,
    ) -> ClusterState:
        """A look that others may share, at most `age_s` cluster seconds old, but none that began before `younger_than`.
        Raises ClusterError.
        """
        pacing = self.settings.pacing(cluster)
        age = pacing.wall(age_s)
        if younger_than is not None:
            age = max(0.0, min(age, (self.now() - younger_than).total_seconds()))
        redis, keys = self.mailbox.redis, self.mailbox.keys
        return starrocks.observe(redis, keys, self.clusters[cluster], depth, targets, age, pacing.wall(EVIDENCE_KEPT_S))

    def probed(self, state: ClusterState, step: Step) -> ClusterState:
        """The state, and whether a process that a person was asked to stop still answers."""
        if not isinstance(step.until, ProcessSilent):
            return state
        there = step.until.probed
        quiet = starrocks.silent(self.clusters[state.cluster], there)
        if quiet is None:
            return state
        return state.with_(silent=frozenset({there}) if quiet else frozenset())

    def knocked(self, state: ClusterState, addresses: Sequence[Address]) -> ClusterState:
        """The state, and which of these addresses answer; in neither list is what there is no way to try."""
        if not addresses:
            return state
        found = starrocks.knock(self.clusters[state.cluster], addresses)
        return state.with_(
            silent=(state.silent or frozenset()) | {address for address, quiet in found.items() if quiet is True},
            answering=frozenset(address for address, quiet in found.items() if quiet is False),
        )

    def has_driver(self, cluster: str) -> bool:
        """Whether a driver reaches the hosts of this cluster; people do where none does."""
        return cluster in self.drivers

    def with_hosts(
        self, state: ClusterState, nodes: Mapping[Address, NodeKind], jobs: Sequence[str] = (), *, survey: bool = False,
        stores: Mapping[Address, Sequence[str]] = NO_STORES, members: Sequence[Address] | None = None,
    ) -> ClusterState:  # fmt: skip
        """The state, and a look at the hosts of these nodes; as it is where hosts are in the hands of people."""
        driver = self.drivers.get(state.cluster)
        if driver is None:
            return state
        return state.with_(hosts=driver.look(nodes, jobs, survey=survey, stores=stores, members=members) if nodes else ())

    def spare(self, cluster: str) -> str:
        """The host that the settings keep for rehearsals; empty when there is none."""
        hosts = self.settings.clusters[cluster].hosts
        return hosts.spare if hosts is not None else ""

    def stage_fan_out(self, cluster: str) -> int:
        """On how many hosts a package may be staged at a time."""
        hosts = self.settings.clusters[cluster].hosts
        return hosts.stage_fan_out if hosts is not None else 1

    def perform(self, cluster: str, act: Act, job: str = "") -> None:
        """Send a statement, or begin a job on a host under its id. Raises ClusterError or HostError."""
        if not isinstance(act, HostAct):
            starrocks.perform(self.clusters[cluster], act)
            return
        driver = self.drivers.get(cluster)
        if driver is None:
            raise HostRefused("no driver for the hosts of this cluster is set up any more")
        driver.begin(job, act)

    def begin_each(self, cluster: str, jobs: Sequence[tuple[str, HostAct]]) -> tuple[HostError | None, ...]:
        """Begin jobs on different hosts under their ids, side by side: what came of each."""
        driver = self.drivers.get(cluster)
        if driver is None:
            return (HostRefused("no driver for the hosts of this cluster is set up any more"),) * len(jobs)
        return driver.begin_each(jobs)

    def history(self, cluster: str) -> tuple[DrainRecord, ...]:
        """The newest drains that were measured on a cluster."""
        texts = self.mailbox.redis.lrange(self.mailbox.keys.drains(cluster), 0, 19)
        return tuple(DrainRecord.model_validate_json(text) for text in texts)

    def remember_drain(self, cluster: str, record: DrainRecord) -> None:
        """Keep a measured drain for later estimates; losing one is harmless."""
        key = self.mailbox.keys.drains(cluster)
        self.mailbox.redis.lpush(key, record.model_dump_json())
        self.mailbox.redis.ltrim(key, 0, 49)

    def members(self, cluster: str) -> Members | None:
        """The members of a cluster as they were last seen; None when they never were, or by another version of us."""
        text = self.mailbox.redis.get(self.mailbox.keys.members(cluster))
        with suppress(ValidationError):
            return Members.model_validate_json(text) if text else None
        return None

    def remember_members(self, state: ClusterState) -> None:
        """Keep who the members are, if this look says it all."""
        members = members_of(state, self.members(state.cluster))
        if members is not None:
            self.keep_members(state.cluster, members)

    def keep_members(self, cluster: str, members: Members) -> None:
        self.mailbox.redis.set(self.mailbox.keys.members(cluster), members.model_dump_json())

    def mirror_audit(self) -> None:
        mirror(self.mailbox.redis, self.mailbox.keys.audit, self.settings.audit_path)

    def private(self, channel: str, user: str, message: Message) -> dict[str, Any]:
        """An outbox entry that only one person sees."""
        return {
            "type": "private", "channel": channel, "user": user, "text": message.text, "blocks": list(message.blocks),
        }  # fmt: skip


def clusters_of(settings: WorkerSettings) -> dict[str, Cluster]:
    """The clusters of the settings, with their passwords. Raises SettingsError."""
    found = {}
    for name, entry in settings.clusters.items():
        endpoints = tuple(_endpoint(text, entry.via) for text in entry.frontends)
        found[name] = Cluster(
            name=name,
            endpoints=endpoints,
            user=entry.user,
            password=settings.password(name),
            tls=entry.tls,
            tls_ca=entry.tls_ca,
            via=entry.via,
        )
    return found


def _endpoint(text: str, via: dict[str, str]) -> Endpoint:
    try:
        there = Address.parse(text)
        through = Address.parse(via[text]) if text in via else None
    except ValueError as error:
        raise SettingsError(f"clusters.*.frontends: {error}") from None
    if through is None:
        return Endpoint(host=there.host, port=there.port)
    return Endpoint(host=there.host, port=there.port, via_host=through.host, via_port=through.port)


@cache
def wiring() -> Wiring:
    """This process's wiring, from its settings. Raises SettingsError."""
    settings = WorkerSettings.load()
    mailbox = Mailbox(settings.redis_url, settings.key_prefix, timeout_s=5.0)
    client = slack_client(settings.slack_bot_token.get_secret_value(), settings.slack_api_url)
    return Wiring(
        settings=settings,
        mailbox=mailbox,
        store=Store(mailbox.redis, settings.key_prefix, visibility_s=settings.visibility_s),
        directory=Directory(client, groups=settings.approver_groups()),
        clusters=clusters_of(settings),
        drivers={name: driver for name, entry in settings.clusters.items() if (driver := driver_for(entry.hosts)) is not None},
    )
