"""Acts as SQL: the one place where a statement that changes a cluster is written.

Values come from `Address`, which allows only what an address may contain; quoting is applied all the same.
One address per statement: for FOLLOWER/OBSERVER lists are a syntax error, and a backend list is not atomic for DROP
(fe: sql/parser/StarRocks.g4; system/SystemInfoService.java dropBackends).
"""

import re

from policies.acts import (
    Act,
    AddNode,
    AskPerson,
    BackUpMeta,
    CancelDecommission,
    CreateImage,
    DecommissionBackend,
    DropBackend,
    DropNode,
    EditConf,
    ForgetRehearsal,
    HostAct,
    PrepareStorage,
    RehearseMetadata,
    RestartProcess,
    SetBlacklist,
    SetSetting,
    SetStorage,
    SetVariable,
    SetView,
    StagePackage,
    StartProcess,
    StopProcess,
    SwapPackage,
)
from policies.address import Address
from policies.packages import StagePackages

_PLAIN_WORD = re.compile(r"[A-Za-z0-9_.-]{1,100}")
_VARIABLE = re.compile(r"[a-z][a-z0-9_]{0,99}")
_BARE_VALUE = re.compile(r"true|false|-?\d{1,18}")
_TEXT_VALUE = re.compile(r"[A-Za-z0-9_.,:/+ -]{0,200}")


def statement_of(act: Act) -> str:
    """The exact statement an act sends; for a job on a host or what a person does, the task in words."""
    if isinstance(act, HostAct):
        return task_of(act)
    match act:
        case DecommissionBackend(address=address):
            return f"ALTER SYSTEM DECOMMISSION BACKEND {quoted(address)}"
        case CancelDecommission(address=address):
            # A statement of its own, not an ALTER SYSTEM clause (StarRocks.g4: cancelAlterSystemStatement).
            return f"CANCEL DECOMMISSION BACKEND {quoted(address)}"
        case DropBackend(address=address):
            return f"ALTER SYSTEM DROP BACKEND {quoted(address)}"
        case AddNode(role=role, address=address):
            return f"ALTER SYSTEM ADD {role.value} {quoted(address)}"
        case DropNode(role=role, address=address):
            return f"ALTER SYSTEM DROP {role.value} {quoted(address)}"
        case SetSetting(name=name, value=value):
            return f'ADMIN SET FRONTEND CONFIG ("{_word(name)}" = "{_word(value)}")'
        case SetVariable(name=name, value=value):
            # One item, so that it cannot be half done: a list of items is set one by one (fe: qe/SetExecutor.java).
            return f"SET GLOBAL {_variable(name)} = {literal(value)}"
        case SetBlacklist(role=role, node_id=node_id, listed=listed):
            # By id, never by address (StarRocks.g4: addBackendBlackListStatement).
            return f"{'ADD' if listed else 'DELETE'} {role.value} BLACKLIST {int(node_id)}"
        case CreateImage():
            return "ALTER SYSTEM CREATE IMAGE"
        case SetView(database=database, name=name, active=active):
            # Views exist in default_catalog alone, which is where a session begins (docs: ALTER_MATERIALIZED_VIEW).
            return f"ALTER MATERIALIZED VIEW {identifier(database)}.{identifier(name)} {'ACTIVE' if active else 'INACTIVE'}"
        case StagePackages(version=version, nodes=nodes, fan_out=fan_out):
            return f"unpack and verify {version} for {len(nodes)} nodes, on at most {fan_out} hosts at a time"
        case AskPerson(task=task):
            return task


def in_code(statement: str) -> str:
    """A statement as code inside a sentence; its own backticks become look-alikes, so that they cannot end the code."""
    return f"`{statement.replace('`', chr(0x2CB))}`"


def task_of(act: HostAct) -> str:
    """A job on a host, in words."""
    where = f"{act.role.process} on {act.address.host}"
    match act:
        case RestartProcess(graceful=graceful):
            return f"restart the {where}{' gracefully' if graceful else ''}"
        case StopProcess(graceful=graceful):
            return f"stop the {where}{' gracefully' if graceful else ''}"
        case StartProcess(helper=helper):
            return f"start the {where}{f' for the first time, with --helper {helper}' if helper else ''}"
        case PrepareStorage(path=path):
            return f"see {path} there, empty and writable for the {where}"
        case StagePackage(version=version):
            return f"unpack and verify {version} for the {where}"
        case SwapPackage(version=version, only_if_cut=True):
            return f"start the {where}, after going on with its swap to {version} if that was cut"
        case SwapPackage(version=version, old=old, roll_back=roll_back):
            return f"{'put back' if roll_back else 'install'} {version} in place of {old}, with a restart: {where}"
        case EditConf(key=key, value=value):
            return f"set {key} = {value} in the configuration of the {where}"
        case SetStorage(path=path):
            return f"set storage_root_path = {path} in the configuration of the {where}"
        case BackUpMeta():
            return f"back up the metadata directory of the {where}"
        case RehearseMetadata(version=version, address=address):
            return f"start {version} from a copy of the metadata, cut off from every network, on {address.host}"
        case ForgetRehearsal(address=address):
            return f"end the rehearsal and delete the copy of the metadata on {address.host}"


def _word(text: str) -> str:
    """A name or value of a setting; raises ValueError on anything but letters, digits, `_`, `.` and `-`."""
    if not _PLAIN_WORD.fullmatch(text):
        raise ValueError(f"not a setting's name or value: {text!r}")
    return text


def _variable(name: str) -> str:
    """A variable's name; raises ValueError on what is none."""
    if not _VARIABLE.fullmatch(name):
        raise ValueError(f"not a variable's name: {name!r}")
    return name


def literal(value: str) -> str:
    """A variable's value: truth and whole numbers bare, text quoted; ValueError on a character that would need escaping."""
    if _BARE_VALUE.fullmatch(value):
        return value
    if not _TEXT_VALUE.fullmatch(value):
        raise ValueError(f"not a variable's value: {value!r}")
    return f"'{value}'"


def identifier(name: str) -> str:
    """A name between backticks, those inside it doubled (StarRocks.g4: BACKQUOTED_IDENTIFIER); ValueError on what no name has."""
    if not name or any(character in name for character in "\0\r\n"):
        raise ValueError(f"not a name: {name!r}")
    return "`" + name.replace("`", "``") + "`"


def quoted(address: Address) -> str:
    """`"host:port"` as a StarRocks string; raises ValueError on anything an address cannot contain."""
    text = str(address)
    if any(character in text for character in "\"'\\;\n\r\0 "):
        raise ValueError(f"not an address: {text!r}")
    return f'"{text}"'
