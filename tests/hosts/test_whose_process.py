"""Which process is the node's: two installations, two roles, two accounts, links, and programs that merely look at it."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from policies.acts import RestartProcess, StartProcess, StopProcess
from policies.address import Address
from policies.cluster import NodeKind
from policies.hosts import JobState
from tests.hosts.fake_starrocks import install
from tests.hosts.rig import BE, FE, HOST, KINDS, Rig

RESTART = RestartProcess(role=NodeKind.BACKEND, address=BE)
STOP = StopProcess(role=NodeKind.BACKEND, address=BE)


def test_another_installation_on_the_host_is_let_be(rig: Rig) -> None:
    other = install(rig.server.root / "opt" / "be2", "be", "3.3.3")
    rig.with_backend().running()
    first, rig.be = rig.be, other
    assert rig.pid() is None
    second = rig.running().pid()
    assert rig.do(STOP).state is JobState.DONE
    rig.be = first
    assert rig.pid() not in {None, second}


def test_who_merely_looks_at_the_binary_is_no_backend(rig: Rig) -> None:
    rig.with_backend()
    viewer = subprocess.Popen(["tail", "-f", str(rig.be / "lib" / "starrocks_be")], cwd=rig.be, stdout=subprocess.DEVNULL)
    searcher = subprocess.Popen(["grep", "com.starrocks.StarRocksFE"], cwd=rig.be, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    try:
        assert [look.process for look in rig.with_frontend().driver().look(KINDS)] == [None, None]
    finally:
        for process in (viewer, searcher):
            process.kill()
            process.communicate()


def test_a_home_that_is_a_link(rig: Rig) -> None:
    """`current -> StarRocks-3.3.3`: the process shows the versioned directory."""
    install(rig.server.root / "opt" / "StarRocks-3.3.3", "be", "3.3.3")
    rig.be.symlink_to("StarRocks-3.3.3")
    before = rig.running().pid()
    assert rig.do(RESTART).state is JobState.DONE
    assert rig.pid() not in {None, before}


@pytest.mark.parametrize("said", ["itself", "a link to it", "another home", ""])
def test_a_program_that_lies_elsewhere_belongs_where_it_says(rig: Rig, said: str) -> None:
    """lib/ may be a link to a versioned directory; STARROCKS_HOME tells, however it is written."""
    rig.with_backend()
    link, program = rig.server.root / "opt" / "link", rig.server.root / "opt" / "versions" / "starrocks_be"
    link.symlink_to(rig.be)
    program.parent.mkdir()
    shutil.copy(shutil.which("tail") or "", program)
    homes = {"itself": rig.be, "a link to it": link, "another home": rig.server.root}
    environment = {"STARROCKS_HOME": str(homes[said])} if said else {}
    node = subprocess.Popen([program, "-f", "/dev/null"], cwd="/", env=environment)
    try:
        assert rig.pid() == (node.pid if said in {"itself", "a link to it"} else None)
    finally:
        node.kill()
        node.wait()


def test_backend_and_compute_node_of_one_directory(rig: Rig) -> None:
    """They are one program: the backend's pid file, and `--cn`, tell them apart."""
    rig.with_backend().running()
    cn = Address(host=HOST, port=9052)
    (look,) = rig.driver(cn_home=str(rig.be)).look({cn: NodeKind.COMPUTE_NODE})
    assert look.process is None
    program = str(rig.be / "lib" / "starrocks_be")
    (rig.be / "bin" / "be.pid").unlink()
    assert rig.pid()  # found by its directory alone
    rig.do(STOP)
    Path(program).unlink()
    shutil.copy(shutil.which("tail") or "", program)
    node = subprocess.Popen([program, "-f", "/dev/null", "--", "--cn"], cwd=rig.be, stderr=subprocess.DEVNULL)
    try:
        assert rig.pid() is None
        (look,) = rig.driver(cn_home=str(rig.be)).look({cn: NodeKind.COMPUTE_NODE})
        assert look.process and look.process.pid == node.pid
    finally:
        node.kill()
        node.wait()


def test_compute_node(rig: Rig) -> None:
    install(rig.server.root / "opt" / "cn", "be", "3.3.3")
    cn = Address(host=HOST, port=9052)
    driver = rig.driver(cn_home=str(rig.server.root / "opt" / "cn"))
    for act in (StartProcess, RestartProcess):
        driver.begin(f"cn-{act.__name__.lower()}", act(role=NodeKind.COMPUTE_NODE, address=cn))
        assert rig.ended(f"cn-{act.__name__.lower()}").state is JobState.DONE
    (look,) = driver.look({cn: NodeKind.COMPUTE_NODE})
    assert look.process and (rig.server.root / "opt" / "cn" / "bin" / "cn.pid").read_text().strip() == str(look.process.pid)


@pytest.mark.skipif(os.getuid() != 0, reason="only root can start a process of another account")
@pytest.mark.parametrize("address", [BE, FE], ids=["be", "fe"])
def test_a_process_of_another_account(rig: Rig, address: Address) -> None:
    """Neither taken for nothing, nor started a second time."""
    rig.with_backend().with_frontend().running(address)
    rig.server.account = ("setpriv", "--reuid=65534", "--clear-groups")
    for directory in [rig.server.root, *rig.server.root.parents]:
        if directory.owner() == "root" and str(directory).startswith("/tmp/"):
            directory.chmod(0o711)
    for directory in (rig.account, rig.server.root / "tmp", rig.be, rig.be / "bin", rig.be / "log", rig.fe, rig.fe / "bin", rig.fe / "log"):
        shutil.chown(directory, 65534)
    look = rig.look(address)
    assert look.process is None and "of root may be it, and nobody cannot see that: log in as its owner" in look.trouble
    for act in (StartProcess, StopProcess):
        job = rig.do(act(role=KINDS[address], address=address))
        assert job.state is JobState.FAILED and "log in as its owner" in job.said
