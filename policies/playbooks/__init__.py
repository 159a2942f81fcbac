"""Playbooks: one kind of operation per file, one ordered menu. Help and grammar derive from the menu."""

from policies import checks
from policies.cluster import NodeKind
from policies.host_checks.newcomers import and_siblings, brought_in, named_as
from policies.playbooks import (
    back_up_metadata,
    cancel_decommission,
    create_image,
    decommission_backend,
    migrate,
    pause_views,
    process_entries,
    resume_views,
    tune,
)
from policies.playbooks.add_nodes import add_nodes
from policies.playbooks.blacklist import blacklist
from policies.playbooks.drop_nodes import drop_nodes
from policies.playbooks.entry import EDIT_LOG_PORT, HEARTBEAT_PORT, REST, Entry
from policies.playbooks.processes import nodes_of
from policies.request import OperationKind
from policies.tunable import OPTIONS

MENU: tuple[Entry, ...] = (
    Entry(
        kind=OperationKind.DECOMMISSION_BACKEND,
        words=("decommission", "be"),
        usage=f"decommission be HOST:PORT [slots=16] {REST}",
        summary="Move all data off a backend and take it out of the cluster, one node after the other; slots lends a speed.",
        example='decommission be 10.84.0.18:9050 reason="disk full"',
        operation_class="data-moving",
        port=HEARTBEAT_PORT,
        checks=checks.DECOMMISSION_BACKEND,
        make_plan=decommission_backend.make_plan,
        options=("slots",),
    ),
    Entry(
        kind=OperationKind.CANCEL_DECOMMISSION,
        words=("cancel", "decommission"),
        usage=f"cancel decommission HOST:PORT {REST}",
        summary="Stop a drain: the node stays, what has moved stays moved.",
        example="cancel decommission 10.84.0.18:9050",
        operation_class="membership",
        port=HEARTBEAT_PORT,
        checks=checks.CANCEL_DECOMMISSION,
        make_plan=cancel_decommission.make_plan,
    ),
    *(
        Entry(
            kind=kind,
            words=("add", word),
            usage=f"add {word} HOST:PORT {REST}",
            summary=summary,
            example=f"add {word} 10.84.91.16:{port}",
            operation_class="membership",
            port=port,
            checks=rules,
            make_plan=add_nodes(node, rules),
            survey=True,
            on_hosts=and_siblings(named_as(node)),
            newcomers=named_as(node),
        )
        for kind, node, word, port, rules, summary in (
            (OperationKind.ADD_BACKEND, NodeKind.BACKEND, "be", HEARTBEAT_PORT, checks.ADD_BACKEND,
             "Add backends, see them up with the cluster's version, see balancing begin."),
            (OperationKind.ADD_COMPUTE_NODE, NodeKind.COMPUTE_NODE, "cn", HEARTBEAT_PORT, checks.ADD_COMPUTE_NODE,
             "Add compute nodes and see them up with the cluster's version."),
            (OperationKind.ADD_FOLLOWER, NodeKind.FOLLOWER, "follower", EDIT_LOG_PORT, checks.ADD_FOLLOWER,
             "Add voting frontends, one after the other, each seen joined and caught up."),
            (OperationKind.ADD_OBSERVER, NodeKind.OBSERVER, "observer", EDIT_LOG_PORT, checks.ADD_OBSERVER,
             "Add frontends that do not vote, each seen joined and caught up."),
        )
    ),
    *(
        Entry(
            kind=kind,
            words=("drop", word),
            usage=f"drop {word} HOST:PORT {REST}",
            summary=summary,
            example=f"drop {word} 10.84.0.19:{port}",
            operation_class="membership",
            port=port,
            checks=rules,
            make_plan=drop_nodes(node, rules),
            on_hosts=nodes_of(NodeKind.FOLLOWER) if node.frontend else None,
        )
        for kind, node, word, port, rules, summary in (
            (OperationKind.DROP_BACKEND, NodeKind.BACKEND, "be", HEARTBEAT_PORT, checks.DROP_BACKEND,
             "Drop a backend that is dead or empty and holds nothing to lose. Never with FORCE."),
            (OperationKind.DROP_COMPUTE_NODE, NodeKind.COMPUTE_NODE, "cn", HEARTBEAT_PORT, checks.DROP_COMPUTE_NODE,
             "Drop compute nodes; running queries are shown."),
            (OperationKind.DROP_FOLLOWER, NodeKind.FOLLOWER, "follower", EDIT_LOG_PORT, checks.DROP_FOLLOWER,
             "Drop voting frontends while a majority stays; a leader gives up its lead first."),
            (OperationKind.DROP_OBSERVER, NodeKind.OBSERVER, "observer", EDIT_LOG_PORT, checks.DROP_OBSERVER,
             "Drop frontends that do not vote."),
        )
    ),
    Entry(
        kind=OperationKind.REPLACE_BACKEND,
        words=("replace", "be"),
        usage='replace be OLD:PORT [OLD:PORT …] to NEW:PORT [NEW:PORT …] [slots=16] [on CLUSTER] [reason="…"]',
        summary="Add new backends, see them up, then drain the old ones and take them out.",
        example="replace be 10.84.0.18:9050 to 10.84.91.16:9050",
        operation_class="data-moving",
        port=HEARTBEAT_PORT,
        checks=checks.DECOMMISSION_BACKEND,
        make_plan=migrate.make_plan,
        survey=True,
        on_hosts=and_siblings(brought_in),
        newcomers=brought_in,
        into=True,
        options=("slots",),
    ),
    Entry(
        kind=OperationKind.REBUILD_BACKEND,
        words=("rebuild", "be"),
        usage=f"rebuild be HOST:PORT [path=/NEW/PATH] [slots=16] {REST}",
        summary="Drain a backend, give it new disks, add it again, see its capacity grown and tablets return.",
        example="rebuild be 10.84.0.12:9050 path=/data2/starrocks/be",
        operation_class="data-moving",
        port=HEARTBEAT_PORT,
        checks=checks.DECOMMISSION_BACKEND,
        make_plan=migrate.make_plan,
        survey=True,
        on_hosts=and_siblings(brought_in),
        newcomers=brought_in,
        options=("path", "slots"),
        stores=migrate.new_paths,
    ),
    Entry(
        kind=OperationKind.MIGRATE,
        words=("migrate",),
        usage='migrate OLD:PORT … to NEW:PORT … [rebuild=HOST:PORT] [path=/NEW/PATH] [slots=16] [on CLUSTER] [reason="…"]',
        summary="Move backends and frontends to new hosts, in one plan with stages. Roles follow from the ports.",
        example="migrate 10.84.0.19:9050 10.84.0.19:9010 to 10.84.91.18:9050 10.84.91.18:9010",
        operation_class="data-moving",
        port=HEARTBEAT_PORT,
        checks=checks.DECOMMISSION_BACKEND,
        make_plan=migrate.make_plan,
        survey=True,
        on_hosts=and_siblings(brought_in),
        newcomers=brought_in,
        into=True,
        options=("rebuild", "path", "slots"),
        stores=migrate.new_paths,
    ),
    Entry(
        kind=OperationKind.TUNE,
        words=("tune",),
        usage='tune NAME=VALUE [for=2h] [on CLUSTER] [reason="…"]',
        summary=f"Lend a setting of the balancer for a while ({', '.join(OPTIONS)}); the old value comes back whatever happens.",
        example="tune slots=16 for=2h",
        operation_class="settings",
        port=HEARTBEAT_PORT,
        checks=(),
        make_plan=tune.make_plan,
        options=(*OPTIONS, "for"),
        nodes=False,
        also=("settings",),
    ),
    *(
        Entry(
            kind=kind,
            words=(verb, word),
            usage=f"{verb} {word} HOST:PORT {REST}",
            summary=summary,
            example=f"{verb} {word} 10.84.0.18:{HEARTBEAT_PORT}",
            operation_class="settings",
            port=HEARTBEAT_PORT,
            checks=(),
            make_plan=blacklist(node, listed=listed),
            also=("blacklists",),
        )
        for kind, node, verb, word, listed, summary in (
            (OperationKind.BLACKLIST_BACKEND, NodeKind.BACKEND, "blacklist", "be", True,
             "Plan queries and loads around a backend, on every frontend (from 3.3 on)."),
            (OperationKind.BLACKLIST_COMPUTE_NODE, NodeKind.COMPUTE_NODE, "blacklist", "cn", True,
             "Plan queries around a compute node, on every frontend (from 4.0 on)."),
            (OperationKind.UNBLACKLIST_BACKEND, NodeKind.BACKEND, "unblacklist", "be", False,
             "Take a backend off the blacklist of every frontend."),
            (OperationKind.UNBLACKLIST_COMPUTE_NODE, NodeKind.COMPUTE_NODE, "unblacklist", "cn", False,
             "Take a compute node off the blacklist of every frontend."),
        )
    ),
    *process_entries.ENTRIES,
    Entry(
        kind=OperationKind.CREATE_IMAGE,
        words=("create", "image"),
        usage='create image [on CLUSTER] [reason="…"]',
        summary="Write an image of the metadata and see it arrive on every living frontend.",
        example="create image",
        operation_class="settings",
        port=HEARTBEAT_PORT,
        checks=(),
        make_plan=create_image.make_plan,
        nodes=False,
        also=("images",),
    ),
    Entry(
        kind=OperationKind.BACK_UP_METADATA,
        words=("backup", "metadata"),
        usage='backup metadata [on CLUSTER] [reason="…"]',
        summary="An image on every frontend, then a copy of the leader's metadata on its own host, with checksums.",
        example="backup metadata",
        operation_class="settings",
        port=HEARTBEAT_PORT,
        checks=(),
        make_plan=back_up_metadata.make_plan,
        nodes=False,
        also=("images",),
        on_hosts=back_up_metadata.leader_host,
    ),
    *(
        Entry(
            kind=kind,
            words=(verb, "views"),
            usage=f'{verb} views [DB | DB.VIEW …|all] [on CLUSTER] [reason="…"]',
            summary=summary,
            example=f"{verb} views ods",
            operation_class="settings",
            port=HEARTBEAT_PORT,
            checks=(),
            make_plan=make_plan,
            nodes=False,
            names="views",
            also=("views",),
        )
        for kind, verb, make_plan, summary in (
            (OperationKind.PAUSE_VIEWS, "pause", pause_views.make_plan,
             "Make materialized views inactive, dependents first; the plan says what bringing them back costs."),
            (OperationKind.RESUME_VIEWS, "resume", resume_views.make_plan,
             "Make paused materialized views active, bases first, waiting for the refresh of each part."),
        )
    ),
)  # fmt: skip


def entry_for(kind: OperationKind) -> Entry:
    """The menu entry of a kind."""
    return next(entry for entry in MENU if entry.kind is kind)
