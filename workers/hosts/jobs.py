"""A job's script: what an act becomes on a host, with every value checked once more."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.host_settings import HostDirectories, HostsEntry, directory
from policies.acts import (
    BackUpMeta,
    EditConf,
    ForgetRehearsal,
    HostAct,
    PrepareStorage,
    RehearseMetadata,
    RestartProcess,
    SetStorage,
    StagePackage,
    StartProcess,
    StopProcess,
    SwapPackage,
)
from policies.address import Address
from policies.cluster import NodeKind
from policies.conf_keys import STORAGE, refusal, storage_refusal
from workers.hosts import HostRefused
from workers.hosts.conf_files import ConfEdit, may_be_secret
from workers.hosts.shell import assignments, printing, script, whole, word

_CONF_LINES = frozenset({"line", "shown"})
_ACTING = ("acting", "environment", "units")
"""What every job has of functions, beside those of a look."""


@dataclass(frozen=True)
class Place:
    """A node on its host: role is be, fe or cn; `part` is the package's directory for it (cn shares be's)."""

    role: str
    port: int
    home: str
    unit: str
    stage: str
    backup: str

    @property
    def part(self) -> str:
        return "fe" if self.role == "fe" else "be"


def place_of(entry: HostsEntry, address: Address, kind: NodeKind) -> Place:
    """Where a node lies on its host; raises HostRefused when the settings do not say.

    A home of its own comes with a unit of its own, or with none: that of all others would be its neighbour's.
    """
    role = "fe" if kind.frontend else "be" if kind is NodeKind.BACKEND else "cn"
    own, here = entry.homes.get(str(address), HostDirectories()), entry.homes.get(address.host, HostDirectories())
    alone = {"be": own.be, "fe": own.fe, "cn": own.cn}[role]
    usual = {"be": here.be or entry.be_home, "fe": here.fe or entry.fe_home, "cn": here.cn or entry.cn_home}[role]
    home = alone or usual
    if not home:
        where = f"where is the {kind.value.lower()} on {address.host}?"
        raise HostRefused(f"The settings of this cluster's hosts have no {role}_home: {where}")
    unit = own.unit if alone else {"be": entry.be_unit, "fe": entry.fe_unit, "cn": entry.cn_unit}[role]
    return Place(role, address.port, home, unit, here.stage or entry.stage_dir, here.backup or entry.backup_dir)


def checked_edit(act: EditConf | SetStorage) -> tuple[str, str, str | None]:
    """Key, value, and what the file must say; raises HostRefused when the key is not listed or the value is read otherwise."""
    if isinstance(act, SetStorage):
        reason = storage_refusal(act.path) if act.role is NodeKind.BACKEND else f"{act.address} is no backend."
        key, value = STORAGE, act.path
    else:
        reason = refusal(act.role, act.key, act.value, act.old)
        key, value = act.key, act.value
    if reason:
        raise HostRefused(reason)
    return key, value, act.old


def job_script(
    job: str, act: HostAct, place: Place, entry: HostsEntry, *, sha256: str = "", edit: ConfEdit | None = None, meta: str = "",
    apart: Mapping[str, str] | None = None,
) -> str:  # fmt: skip
    """The whole text to send: it begins the job under its id, or finds that it was begun before.

    `apart` is what a rehearsed frontend has of its own: ports and heap.
    """
    values = {
        "job": job, "role": place.role, "port": str(place.port), "home": place.home, "unit": place.unit, "part": place.part,
        "stage": place.stage,
        "use_sudo": "yes" if entry.sudo else "no", "patience": _patience(act), "appear": str(entry.start_timeout_s),
        "graceful": _graceful(act), "helper": "",
    }  # fmt: skip
    values |= _of_act(act, place, sha256, edit, meta) | _of_rehearsal(act, place, entry, apart or {})
    head = 'set -u\numask "$1"\n'
    shared = script("rehearsal") if isinstance(act, RehearseMetadata | ForgetRehearsal) else ""
    shared += script("stores") if isinstance(act, StartProcess | PrepareStorage) else ""
    body = [head, assignments(values, _CONF_LINES), script("process"), *map(script, _ACTING), shared, script(act.kind)]
    body += [script("edit_conf")] if isinstance(act, SetStorage) else []
    # The job runs with the mask that the login has: what it starts shall write files as it always did.
    return whole(assignments({"job": job}) + printing("job_text", "\n".join(body)) + script("jobs_directory") + script("begin"))


def _of_act(act: HostAct, place: Place, sha256: str, edit: ConfEdit | None, meta: str) -> dict[str, str]:
    match act:
        case StopProcess():
            return {"ours": "yes" if act.ours else "no"}
        case StartProcess():
            helper = str(act.helper) if act.helper is not None else ""
            return {"helper": helper, "meta": meta, "cluster": str(act.cluster_id)}
        case PrepareStorage():
            return {"path": storage(act.path)}
        case StagePackage():
            return {"stage": _directory(place.stage, "stage_dir"), "version": word(act.version, "version"), "sha256": sha256}
        case SwapPackage():
            return {
                "stage": _directory(place.stage, "stage_dir"), "version": word(act.version, "version"),
                "old": word(act.old, "version"), "roll_back": "yes" if act.roll_back else "no",
                "only_if_cut": "yes" if act.only_if_cut else "no",
            }  # fmt: skip
        case EditConf() | SetStorage():
            assert edit is not None  # the driver has read the file
            key, value, _ = checked_edit(act)
            return {
                "conf": f"{place.home}/conf/{place.role}.conf", "key": key, "shown": _shown(key, value), "line": edit.line,
                "first": str(edit.first), "last": str(edit.last), "before": edit.before, "after": edit.after,
            }  # fmt: skip
        case BackUpMeta():
            backups = f"{_directory(place.backup, 'backup_dir')}/{_name_of(act.address)}"
            return {
                "meta": meta, "backups": backups, "label": word(act.label, "label"), "keep": str(max(act.keep, 1)),
                "version": word(act.version, "version") if act.version else "", "frontends": " ".join(map(str, act.frontends)),
            }  # fmt: skip
    return {}


def rehearsal_work(entry: HostsEntry, label: str) -> tuple[str, str]:
    """The directory for rehearsals on the spare host, and the one in it that is made for this one and deleted."""
    rehearsal = _directory(entry.rehearsal_dir, "rehearsal_dir")
    return rehearsal, f"{rehearsal}/sr-rehearsal-{word(label, 'label')}"


def _of_rehearsal(act: HostAct, place: Place, entry: HostsEntry, apart: Mapping[str, str]) -> dict[str, str]:
    if not isinstance(act, RehearseMetadata | ForgetRehearsal):
        return {}
    if act.address.host != entry.spare:
        raise HostRefused(f"{act.address.host} is not the spare host of this cluster ({entry.spare or 'none is set'}).")
    rehearsal, work = rehearsal_work(entry, act.label)
    values = {"rehearsal": rehearsal, "work": work}
    if isinstance(act, ForgetRehearsal):
        return values
    return values | dict(apart) | {
        "stage": _directory(place.stage, "stage_dir"), "version": word(act.version, "version"), "flag": word(act.flag, "flag"),
        "forbidden": " ".join(str(address) for address in act.forbidden), "patience": str(max(1, int(act.patience_s))),
        "image_patience": str(max(5, min(int(act.patience_s), 300))),
    }  # fmt: skip


def backup_of(place: Place, address: Address, label: str) -> str:
    """Where the copy of a frontend's metadata lies on its host."""
    return f"{_directory(place.backup, 'backup_dir')}/{_name_of(address)}/{word(label, 'label')}"


def _shown(key: str, value: str) -> str:
    return "what was planned" if may_be_secret(key, value) else value


def _name_of(address: Address) -> str:
    return "".join(c if c.isalnum() or c in ".-" else "_" for c in f"{address.host}_{address.port}")


def _directory(path: str, setting: str) -> str:
    if not path:
        raise HostRefused(f"The settings of this cluster's hosts have no {setting}.")
    return directory(path)


def storage(path: str) -> str:
    """A storage path as it may stand in a script; raises HostRefused."""
    try:
        return _directory(path, "path")
    except ValueError as error:
        raise HostRefused(str(error)) from None


def _patience(act: HostAct) -> str:
    if isinstance(act, RestartProcess | StopProcess | SwapPackage):
        return str(max(1, min(int(act.patience_s), 86_400)))
    return "120"


def _graceful(act: HostAct) -> str:
    return "yes" if isinstance(act, RestartProcess | StopProcess | SwapPackage) and act.graceful else "no"
