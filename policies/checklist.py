"""The form: what no machine can see of new hosts, for a named person to sign before the plan is approved.

Only nodes that are new to the cluster have one. What a look over SSH sees (policies.host_checks) is a finding and no item;
where nobody looked, it is one. Source: mission 001 §2.2 and §2.4; what comes afterwards is in policies.follow_ups.
"""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field, StringConstraints, field_validator

from policies.acts import AddNode
from policies.address import Address
from policies.cluster import ClusterState, NodeKind
from policies.plan import ChecklistItem, Plan
from policies.record import Record

LONGEST_ITEM = 75
"""Characters of a checkbox's label, and of the line below it (docs.slack.dev: option object)."""
MOST_OWN = 10
"""Checkboxes of one element (docs.slack.dev: checkboxes)."""


class _Rule(Record):
    """An item, the kinds of nodes that it is about, and whether a look at the host answers it."""

    item: ChecklistItem
    about: frozenset[NodeKind] = frozenset(NodeKind)
    seen: bool = False


RULES: tuple[_Rule, ...] = (
    _Rule(
        item=ChecklistItem(
            id="prepared",
            words="Prepared like the others: conf, *-site.xml, limits, JDK, clock",
            hint="with krb5.conf and a readable keytab, where Kerberos is used",
            source="mission 001 §2.1 and §2.2",
        ),
        seen=True,
    ),
    _Rule(
        item=ChecklistItem(
            id="principal",
            words="The Kerberos principal exists and has its rights",
            hint="where Kerberos is used; HDFS, Hive and Ranger know it",
            source="mission 001 §2.2 Kerberos",
        )
    ),
    _Rule(
        item=ChecklistItem(
            id="udf",
            words="Jars of Java UDFs are there, in directories of your own too",
            hint="where UDFs are read from disk",
            source="mission 001 §2.2 UDF",
        ),
        about=frozenset({NodeKind.BACKEND, NodeKind.COMPUTE_NODE}),
    ),
    _Rule(
        item=ChecklistItem(
            id="firewall",
            words="Firewalls and security groups let them through, both ways",
            hint="the cluster, clients, metastores, HDFS or S3, brokers",
            source="mission 001 §2.2 catalogs",
        )
    ),
    _Rule(
        item=ChecklistItem(
            id="broker",
            words="A broker runs there, or another one can be reached",
            hint="where Broker Load is used",
            source="mission 001 §2.2 Broker",
        ),
        about=frozenset({NodeKind.BACKEND}),
    ),
    _Rule(
        item=ChecklistItem(
            id="alerts",
            words="Whoever is on call knows; alert rules will take them in",
            hint="Prometheus, Grafana and proxies come afterwards, as snippets",
            source="mission 001 §2.4",
        )
    ),
)
IDS = tuple(rule.item.id for rule in RULES)

_ONE_LINE = StringConstraints(strip_whitespace=True, min_length=3, max_length=LONGEST_ITEM, pattern=r"^[^\x00-\x1f]+$")
OwnItem = Annotated[str, _ONE_LINE]


class ChecklistPolicy(Record):
    """`[clusters.NAME.checklist]`: whether plans with new nodes have a form, which items never apply there, and the owner's own.

    Raises ValidationError for an item that does not exist: a typing mistake would leave nothing out.
    """

    asked: bool = True
    leave_out: tuple[str, ...] = ()
    more: tuple[OwnItem, ...] = Field(default=(), max_length=MOST_OWN)

    @field_validator("leave_out")
    @classmethod
    def _known(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        unknown = [name for name in names if name not in IDS]
        if unknown:
            raise ValueError(f"{unknown[0]!r} is no item; items are {', '.join(IDS)}")
        return names

    @field_validator("more")
    @classmethod
    def _once(cls, items: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(items)) < len(items):
            raise ValueError("an item stands there twice")
        return items


def newcomers(plan: Plan, state: ClusterState) -> dict[Address, NodeKind]:
    """The nodes that the plan adds and the cluster does not list: one that is rebuilt is none."""
    acts = (step.act for step in plan.steps)
    known = state.kinds
    return {act.address: act.role for act in acts if isinstance(act, AddNode) and act.address not in known}


def checklist(plan: Plan, state: ClusterState, policy: ChecklistPolicy) -> tuple[ChecklistItem, ...]:
    """The items to be signed; empty when the plan adds nothing new, or the cluster's owner wants no form."""
    new = newcomers(plan, state)
    if not new or not policy.asked:
        return ()
    ours = (rule for rule in RULES if rule.item.id not in policy.leave_out and _applies(rule, new, state))
    own = (
        ChecklistItem(id=f"own-{number}", words=words, source="the settings of this cluster")
        for number, words in enumerate(policy.more, 1)
    )
    return (*(rule.item for rule in ours), *own)


def _applies(rule: _Rule, new: dict[Address, NodeKind], state: ClusterState) -> bool:
    asked = [address for address, kind in new.items() if kind in rule.about]
    return any(not (rule.seen and _looked_at(address, state)) for address in asked)


def _looked_at(address: Address, state: ClusterState) -> bool:
    look = state.host_of(address)
    return look is not None and not look.trouble and look.survey is not None


def asks_more(fresh: Sequence[ChecklistItem], signed: Sequence[ChecklistItem]) -> bool:
    """Whether a plan made again asks for something that was not signed. A host that was looked at before and cannot be now asks
    for nothing: it was seen.
    """
    seen = {rule.item.id for rule in RULES if rule.seen}
    return any(item not in signed and item.id not in seen for item in fresh)


def still_open(items: Sequence[ChecklistItem], ticked: Sequence[str]) -> tuple[ChecklistItem, ...]:
    """What was not ticked."""
    return tuple(item for item in items if item.id not in ticked)
