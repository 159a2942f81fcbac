"""How people bring back the frontends of a cluster from a copy of the metadata: every command, in order; never run by itself.

docs: administration/Meta_recovery ("Recover metadata on a new FE node"), with what its readers trip over: a frontend whose own
metadata is whole is newer than any copy; the switch that is left in throws the others out at every restart; ROLE and VERSION of
an old meta_dir make `--helper` count for nothing.
"""

from policies.address import Address
from policies.cluster import ClusterState, Role, RunMode
from policies.record import Record
from policies.releases.metadata_flags import reset_flag
from policies.units import in_list


class Group(Record):
    """The frontends to bring back, as they were last seen, and where their files are. `leader` is where the copy lies.

    `home` and `backups` are directories on its host; empty where the settings do not say.
    """

    cluster: str
    version: str
    leader: Address
    query_port: int
    followers: tuple[Address, ...] = ()
    observers: tuple[Address, ...] = ()
    home: str = ""
    backups: str = ""
    shared_data: bool = False


class Part(Record):
    """One part of what people do: why, and the lines to type. `on` says where."""

    title: str
    on: str
    words: str
    lines: tuple[str, ...]


def group_of(state: ClusterState, home: str = "", backups: str = "") -> Group | None:
    """The frontends of a look; the one that leads, or led, has the newest copy. None when no frontend is known."""
    ranks = [Role.LEADER, Role.FOLLOWER, Role.OBSERVER]
    rows = sorted(state.frontends, key=lambda frontend: ranks.index(frontend.role) if frontend.role in ranks else len(ranks))
    if not rows:
        return None
    first, others = rows[0], rows[1:]
    return Group(
        cluster=state.cluster,
        version=state.version,
        leader=first.address,
        query_port=first.query_port,
        followers=tuple(row.address for row in others if row.role is not Role.OBSERVER),
        observers=tuple(row.address for row in others if row.role is Role.OBSERVER),
        home=home,
        backups=backups,
        shared_data=state.run_mode is RunMode.SHARED_DATA,
    )


def restoring(group: Group) -> tuple[Part, ...]:
    """The parts in order; empty where it is not known how this version does it."""
    flag = reset_flag(group.version)
    if flag is None:
        return ()
    others = (*group.followers, *group.observers)
    return (
        _think_first(group),
        _stop(group, others),
        _choose(group),
        _put(group),
        _alone(group, flag),
        _ordinary(group, flag),
        *([_others(group)] if others else []),
        _after(group),
    )


def _part(group: Group, title: str, on: str, words: str, *lines: str) -> Part:
    """Each part may be typed in a shell of its own, so it begins with the directories that it names."""
    named = [f"FE={group.home or '…    # the home of the frontend'}"] if any("$FE" in line for line in lines) else []
    if any("$COPIES" in line for line in lines):
        home = f"{group.backups or '…'}/{group.leader.host}_{group.leader.port}"
        named.append(f"COPIES={home}")
    return Part(title=title, on=on, words=words, lines=(*named, *lines))


def _think_first(group: Group) -> Part:
    words = (
        "A copy is older than what the cluster has done since, and backends delete tablets that the metadata does not know. "
        "Where a frontend's own meta_dir is whole, take that one instead: it is newer than any copy. The highest lastVLSN wins."
    )
    if group.shared_data:
        words += " In shared-data mode, files of an older state may be gone: restore a cluster snapshot if there is one."
    return _part(
        group,
        "Is a copy really needed?",
        "every frontend's host",
        words,
        "java -jar $FE/lib/starrocks-bdb-je-*.jar \\",
        "  DbPrintLog -h $FE/meta/bdb -vd | tail",
    )


def _stop(group: Group, others: tuple[Address, ...]) -> Part:
    return _part(
        group,
        "Stop every frontend, then every backend",
        in_list([address.host for address in (group.leader, *others)]),
        "No frontend may run, or two groups form. Backends stay down until the restored metadata is seen to be right.",
        "$FE/bin/stop_fe.sh",
        "ps -ef | grep '[S]tarRocksFE'    # nothing",
        "bin/stop_be.sh    # on every backend",
        "bin/stop_cn.sh    # on every compute node",
    )


def _choose(group: Group) -> Part:
    return _part(
        group,
        "Choose a copy and see that it is whole",
        group.leader.host,
        "Each directory is one copy, named after the operation that made it. sha256sum says nothing when it is whole.",
        "ls -lt $COPIES",
        "COPY=…    # the directory to restore",
        "cd $COPIES/$COPY && sha256sum -c --quiet SHA256SUMS",
    )


def _put(group: Group) -> Part:
    return _part(
        group,
        "Put it in place, beside what is there",
        group.leader.host,
        "In the same shell. The old directory is kept: it may be needed yet. If fe.conf has meta_dir, it is that directory.",
        _ASIDE,
        "cp -a $COPIES/$COPY $FE/meta && cd $FE/meta",
        "rm -f SHA256SUMS MANIFEST .sr-meta-backup",
    )


def _alone(group: Group, flag: str) -> Part:
    return _part(
        group,
        "Start it as a group of its own, and look",
        group.leader.host,
        "It must be the leader and the only frontend. Are all databases there, and is the number of tables right?",
        f"echo '{flag} = true' >> $FE/conf/fe.conf",
        "$FE/bin/start_fe.sh --daemon",
        _mysql(group),
        "SHOW FRONTENDS;",
        "SHOW DATABASES;",
        "SELECT COUNT(*) FROM information_schema.tables;",
    )


def _ordinary(group: Group, flag: str) -> Part:
    return _part(
        group,
        "Take the switch out again",
        group.leader.host,
        "Left in, every restart throws the other frontends out.",
        f"sed -i '/^{flag} = true$/d' \\",
        "  $FE/conf/fe.conf",
        "$FE/bin/stop_fe.sh && $FE/bin/start_fe.sh --daemon",
        _mysql(group),
        "SHOW FRONTENDS;",
    )


def _others(group: Group) -> Part:
    adds = [
        f'ALTER SYSTEM ADD {role} "{address}";'
        for role, addresses in (("FOLLOWER", group.followers), ("OBSERVER", group.observers))
        for address in addresses
    ]
    return _part(
        group,
        "Add the other frontends, one after the other",
        "each one's own host, after its ADD",
        "Each with an empty meta_dir, or --helper counts for nothing. The next one when this one is alive and has joined.",
        _mysql(group),
        *adds,
        _ASIDE,
        "mkdir -m 700 $FE/meta",
        f"$FE/bin/start_fe.sh --helper {group.leader} --daemon",
        "SHOW FRONTENDS;",
    )


def _after(group: Group) -> Part:
    return _part(
        group,
        "Start the backends, and make a new image",
        "the backends' hosts",
        "One first: its tablets must not fall. Then the others.",
        "bin/start_be.sh --daemon",
        _mysql(group),
        "SHOW BACKENDS;",
        "ALTER SYSTEM CREATE IMAGE;",
    )


_ASIDE = "mv $FE/meta $FE/meta-broken-$(date +%Y%m%d%H%M%S)"


def _mysql(group: Group) -> str:
    return f"mysql -h {group.leader.host} -P {group.query_port} -u root -p"
