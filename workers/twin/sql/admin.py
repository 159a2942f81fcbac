"""ADMIN SET/SHOW FRONTEND CONFIG, and the blacklist: both live in the memory of frontends."""

import re

from workers.twin.answers import Ok, ResultSet, SqlError, refused
from workers.twin.model.hosts import REFUSED
from workers.twin.model.settings import COLOCATE_STABLE_WAIT, SETTINGS, Setting, accepts, setting_named
from workers.twin.sql.asking import Asking
from workers.twin.sql.shapes import Values

CONFIG_COLUMNS = ("Key", "AliasNames", "Value", "Type", "IsMutable", "Comment")


def like(pattern: str) -> re.Pattern[str]:
    """A LIKE pattern as SHOW statements use it; StarRocks compares case-sensitively only in WHERE."""
    translated = "".join({"%": ".*", "_": "."}.get(c, re.escape(c)) for c in pattern)
    return re.compile(translated, re.IGNORECASE | re.DOTALL)


def set_config(asking: Asking, values: Values) -> Ok:
    """In the memory of the frontend that carries it out; it tells every other one by RPC (fe: server/NodeMgr.java setConfig).

    One that cannot be told makes the statement an error, after it took effect on the others.
    """
    name, value = values["string"][0], values["string"][1]
    setting = setting_named(name)
    if setting is None or not _known(asking, setting):
        raise refused(f"Config '{name}' does not exist or is not mutable")
    if not setting.mutable:
        raise refused(f"Config '{name}' does not exist or is not mutable")
    if not accepts(setting, value):
        raise refused(f"Invalid value '{value}' for config '{name}' of type {setting.type}")
    before = asking.cluster.setting(setting.name)
    reached = [f for f in asking.cluster.frontends if f.ready]
    for frontend in reached:
        frontend.settings[setting.name] = value.lower() if setting.type == "boolean" else value
    asking.cluster.disturbed = True
    asking.effects.append(f"setting {setting.name}: {before} -> {value} on {', '.join(f.host for f in reached)}")
    unreached = [f for f in asking.cluster.frontends if not f.ready]
    if unreached:
        why = "".join(f"set config for fe[{f.host}] failed: {REFUSED}" for f in unreached)
        raise refused(f"Set config failed: {why}")
    return Ok()


def show_config(asking: Asking, values: Values) -> ResultSet:
    """This frontend's own memory: a follower may show another value than the leader."""
    wanted = like(values["string"][0]) if "string" in values else None
    rows: list[tuple[object, ...]] = []
    for setting in sorted([*SETTINGS.values(), COLOCATE_STABLE_WAIT], key=lambda s: s.name):
        if not _known(asking, setting):
            continue
        if wanted and not wanted.fullmatch(setting.name) and not wanted.fullmatch(setting.alias):
            continue
        value = asking.cluster.setting(setting.name, asking.frontend)
        aliases = f"[{setting.alias}]" if setting.alias else "[]"
        rows.append((setting.name, aliases, value, setting.type, "true" if setting.mutable else "false", ""))
    return ResultSet(CONFIG_COLUMNS, rows)


def _known(asking: Asking, setting: Setting) -> bool:
    return setting is not COLOCATE_STABLE_WAIT or asking.cluster.version.colocate_stable_wait


def change_blacklist(asking: Asking, values: Values) -> Ok:
    """Per frontend and in memory (since 3.3.0, of compute nodes since 4.0); deleting what is not there is fine."""
    compute = _list_of_compute_nodes(asking, values)
    word = "ADD" if "ADD" in values["keyword"] else "DELETE"
    held = asking.frontend.cn_blacklist if compute else asking.frontend.blacklist
    known = asking.cluster.compute_nodes if compute else asking.cluster.backends
    what = "compute node" if compute else "backend"
    for text in values["numbers"]:
        ident = int(text)
        if word == "ADD" and ident not in known:
            raise refused(f"Not found {what}: {ident}")
        if word == "ADD":
            held[ident] = asking.cluster.now
        else:
            held.pop(ident, None)
        asking.effects.append(f"blacklist of {asking.frontend.host}: {'+' if word == 'ADD' else '-'}{ident}")
    return Ok()


def show_blacklist(asking: Asking, values: Values) -> ResultSet:
    compute = _list_of_compute_nodes(asking, values)
    columns = (
        "ComputeNodeId" if compute else "BackendId",
        "AddBlackListType",
        "LostConnectionTime",
        "LostConnectionNumberInPeriod",
        "CheckTimePeriod(s)",
    )
    held = asking.frontend.cn_blacklist if compute else asking.frontend.blacklist
    rows: list[tuple[object, ...]] = [
        (str(ident), "MANUAL", asking.time(since), "0", "5") for ident, since in sorted(held.items())
    ]
    return ResultSet(columns, rows)


def _list_of_compute_nodes(asking: Asking, values: Values) -> bool:
    """Which of the two lists is meant; a version that has it not does not know the words."""
    compute = "COMPUTE" in values["keyword"]
    version = asking.cluster.version
    if not (version.cn_blacklist if compute else version.blacklist):
        raise refused(
            "Getting syntax error at line 1, column 0. Detail message: Unexpected input "
            f"'{values['keyword'][0]}', the most similar input is {{a legal statement}}."
        )
    return compute


def kill(asking: Asking, values: Values) -> Ok:
    """Connections of this frontend only, as older code does."""
    ident = int(values["number"][0])
    victim = asking.sessions.get(ident)
    if victim is None or victim.frontend is not asking.frontend or victim.closed:
        raise SqlError(1094, "HY000", f"Unknown thread id: {ident}")
    victim.cut()
    return Ok()
