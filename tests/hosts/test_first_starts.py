"""The first start of a new node, what must not be stopped, and directories that are looked at and never changed."""

from pathlib import Path

import pytest

from policies.acts import EditConf, PrepareStorage, RestartProcess, SetStorage, StartProcess, StopProcess
from policies.address import Address
from policies.cluster import NodeKind
from policies.hosts import HostJob, JobState, Store, StoreState
from tests.hosts.rig import BE, FE, Rig
from workers.hosts import HostRefused

HELPER = Address(host="10.84.0.19", port=9010)
FIRST = StartProcess(role=NodeKind.FOLLOWER, address=FE, helper=HELPER, cluster_id=4)
STOP_OURS = StopProcess(role=NodeKind.BACKEND, address=BE, ours=True)
START = StartProcess(role=NodeKind.BACKEND, address=BE)


def words(rig: Rig) -> list[str]:
    """What start_fe.sh was called with, each time."""
    path = rig.fe / "log" / "fe.args"
    return path.read_text().splitlines() if path.exists() else []


def image(rig: Rig, text: str) -> Path:
    meta = rig.fe / "meta" / "image"
    meta.mkdir(parents=True)
    (meta / "VERSION").write_text(text)
    return meta


def test_the_first_start_carries_the_helper_and_no_later_one_does(rig: Rig) -> None:
    (rig.with_frontend().fe / "meta").mkdir()
    job = rig.do(FIRST)
    assert job.state is JobState.DONE, rig.log(job.id)
    rig.do(RestartProcess(role=NodeKind.FOLLOWER, address=FE))
    rig.do(StopProcess(role=NodeKind.FOLLOWER, address=FE))
    rig.do(StartProcess(role=NodeKind.FOLLOWER, address=FE))
    assert words(rig) == ["--helper 10.84.0.19:9010 --daemon", "--daemon", "--daemon"]


def test_the_same_id_starts_it_once(rig: Rig) -> None:
    (rig.with_frontend().fe / "meta").mkdir()
    for _ in range(2):
        assert rig.do(FIRST, "once").state is JobState.DONE
    assert len(words(rig)) == 1


def test_a_second_try_of_the_first_start_needs_no_helper(rig: Rig) -> None:
    image(rig.with_frontend(), "clusterId=4\ntoken=x\n")
    assert rig.do(FIRST).state is JobState.DONE
    assert words(rig) == ["--daemon"]


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ("none", "is not there: make it, empty"),
        ("other", "is of cluster 5, not of 4: nothing was started"),
        ("files", "is not empty and no frontend's: nothing was started"),
    ],
)
def test_a_meta_dir_that_is_not_for_it(rig: Rig, found: str, said: str) -> None:
    rig.with_frontend()
    if found == "other":
        image(rig, "clusterId=5\n")
    elif found == "files":
        (rig.fe / "meta").mkdir()
        (rig.fe / "meta" / "mine").touch()
    job = rig.do(FIRST)
    assert job.state is JobState.FAILED and said in job.said
    assert words(rig) == [] and rig.pid(FE) is None
    assert found != "files" or (rig.fe / "meta" / "mine").exists()


def test_a_unit_cannot_pass_it(rig: Rig) -> None:
    (rig.with_frontend().fe / "meta").mkdir()
    job = rig.do(FIRST, fe_unit="starrocks-fe")
    assert job.state is JobState.FAILED and "unit starrocks-fe cannot pass --helper" in job.said


# --- only what we started


def test_what_a_job_started_may_be_stopped_as_ours(rig: Rig) -> None:
    rig.with_backend()
    rig.do(START)
    assert rig.do(STOP_OURS).state is JobState.DONE
    assert rig.pid() is None


@pytest.mark.parametrize("before", [False, True])
def test_what_somebody_else_started_is_left_running(rig: Rig, before: bool) -> None:
    """Also where a job had started one before, which has gone since."""
    rig.with_backend()
    if before:
        rig.do(START)
        rig.do(StopProcess(role=NodeKind.BACKEND, address=BE))
    pid = rig.running().pid()
    job = rig.do(STOP_OURS)
    assert (job.state, job.said) == (JobState.FAILED, f"process {pid} was not started from here: it is left running")
    assert rig.pid() == pid


def test_nothing_that_runs_is_nothing_to_stop(rig: Rig) -> None:
    assert rig.with_backend().do(STOP_OURS).state is JobState.DONE


# --- storage


def prepared(rig: Rig, path: Path) -> HostJob:
    return rig.do(PrepareStorage(role=NodeKind.BACKEND, address=BE, path=str(path)))


def test_a_storage_path_is_made_only_in_what_is_there(rig: Rig) -> None:
    disk = rig.with_backend().server.root / "disk"
    deep = prepared(rig, disk / "be")
    assert deep.state is JobState.FAILED and f"{disk} is not there" in deep.said and not disk.exists()
    disk.mkdir()
    assert prepared(rig, disk / "be").state is JobState.DONE and list((disk / "be").iterdir()) == []
    assert prepared(rig, disk / "be").said == f"{disk / 'be'} is there and empty"


@pytest.mark.parametrize(("make", "said"), [("used", "is not empty"), ("file", "is no directory")])
def test_a_storage_path_that_cannot_be_one(rig: Rig, make: str, said: str) -> None:
    path = rig.with_backend().server.root / "disk"
    if make == "used":
        path.mkdir()
        (path / "data").mkdir()
    else:
        path.touch()
    job = prepared(rig, path)
    assert job.state is JobState.FAILED and said in job.said
    assert path.is_file() or [each.name for each in path.iterdir()] == ["data"]


def test_a_storage_path_that_takes_no_file(rig: Rig) -> None:
    """As on a disk that is mounted read-only; a permission is no hindrance where the account is root."""
    path = rig.with_backend().server.root / "disk"
    path.mkdir()
    rig.server.stub("touch", 'case $1 in */disk/*) exit 1 ;; esac; exec /usr/bin/touch "$@"')
    job = prepared(rig, path)
    assert job.state is JobState.FAILED and job.said == f"nothing can be written into {path}: is it mounted read-only?"


def test_a_fresh_file_system_counts_as_empty(rig: Rig) -> None:
    path = rig.with_backend().server.root / "disk"
    (path / "lost+found").mkdir(parents=True)
    assert prepared(rig, path).state is JobState.DONE


def test_the_storage_path_is_changed_while_nothing_runs(rig: Rig) -> None:
    rig.with_backend().running()
    act = SetStorage(role=NodeKind.BACKEND, address=BE, path="/data9/be", old="/data1;/data2")
    job = rig.do(act)
    assert job.state is JobState.FAILED and "only while nothing does" in job.said
    rig.do(StopProcess(role=NodeKind.BACKEND, address=BE))
    assert rig.do(act).state is JobState.DONE
    conf = (rig.be / "conf" / "be.conf").read_text()
    assert "storage_root_path = /data9/be\n" in conf and "# what the process may use" in conf
    with pytest.raises(HostRefused, match="to be `/data1`"):
        rig.do(act.with_(path="/data8", old="/data1"))


@pytest.mark.parametrize(
    "act",
    [
        SetStorage(role=NodeKind.BACKEND, address=BE, path="/data; reboot", old=None),
        SetStorage(role=NodeKind.BACKEND, address=BE, path="/data/../etc", old=None),
        SetStorage(role=NodeKind.COMPUTE_NODE, address=BE, path="/data", old=None),
        EditConf(role=NodeKind.BACKEND, address=BE, key="storage_root_path", value="/data", old="/data1;/data2"),
        PrepareStorage(role=NodeKind.BACKEND, address=BE, path="/data/$(id)"),
        PrepareStorage(role=NodeKind.BACKEND, address=BE, path="data"),
    ],
)
def test_what_no_job_may_hold(rig: Rig, act: SetStorage | EditConf | PrepareStorage) -> None:
    with pytest.raises(HostRefused):
        rig.with_backend().driver().begin("x", act)


def test_the_survey_tells_what_lies_where(rig: Rig) -> None:
    root = rig.with_backend().with_frontend().server.root
    for name in ("mine", "other", "new"):
        (root / name).mkdir()
    (root / "mine" / "cluster_id").write_text("4-3.3.3-312ed45")
    (root / "other" / "cluster_id").write_text("5")
    conf = rig.be / "conf" / "be.conf"
    paths = f"{root}/mine,medium:ssd;{root}/other;{root}/none;{root}/no/none"
    conf.write_text(conf.read_text().replace("/data1;/data2", paths))
    (look,) = rig.driver().look({BE: NodeKind.BACKEND}, survey=True, stores={BE: (f"{root}/new", "/bad path")})
    assert look.survey is not None
    assert look.survey.stores == (
        Store(path=f"{root}/mine", state=StoreState.USED, cluster_id=4),
        Store(path=f"{root}/other", state=StoreState.USED, cluster_id=5),
        Store(path=f"{root}/none", state=StoreState.MISSING),
        Store(path=f"{root}/no/none", state=StoreState.NOWHERE),
        Store(path=f"{root}/new", state=StoreState.EMPTY),
    )
    image(rig, "clusterId=4\n")
    assert rig.survey(FE).stores == (Store(path=str(rig.fe / "meta"), state=StoreState.USED, cluster_id=4),)
    assert rig.survey(FE, fe_unit="starrocks-fe").unit == "starrocks-fe"
