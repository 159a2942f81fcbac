"""One key of a conf file: read as StarRocks reads it, compared, and replaced without touching the rest."""

import pytest

from policies.acts import EditConf
from policies.cluster import NodeKind
from policies.hosts import JobState
from tests.hosts.fake_starrocks import BE_CONF, FE_CONF
from tests.hosts.rig import BE, FE, Rig
from workers.hosts import HostRefused
from workers.hosts.conf_files import edited, read_conf, value_of, values_of, without_secrets

MEMORY = EditConf(role=NodeKind.BACKEND, address=BE, key="mem_limit", value="70%", old="80%")
HEAP = '"-Dlog4j2.formatMsgNoLookups=true -Xmx8192m -XX:+UseG1GC -Xlog:gc*:${LOG_DIR}/fe.gc.log.$DATE:time"'


def test_one_line_changes(rig: Rig) -> None:
    conf = rig.with_backend().be / "conf" / "be.conf"
    conf.chmod(0o640)
    job = rig.do(MEMORY)
    assert job.state is JobState.DONE and "says mem_limit = 70%" in job.said
    assert conf.read_text() == BE_CONF.replace("mem_limit = 80%", "mem_limit = 70%")
    assert conf.stat().st_mode & 0o777 == 0o640
    assert (rig.be / "conf" / f"be.conf.sr-before-{job.id}").read_text() == BE_CONF
    survey = rig.survey()
    assert survey.conf and survey.conf["mem_limit"] == "70%"


def test_the_heap_of_a_frontend(rig: Rig) -> None:
    rig.with_frontend()
    job = rig.do(EditConf(role=NodeKind.FOLLOWER, address=FE, key="JAVA_OPTS", value=HEAP.replace("8192m", "16g"), old=HEAP))
    assert job.state is JobState.DONE, rig.log(job.id)
    assert (rig.fe / "conf" / "fe.conf").read_text() == FE_CONF.replace("-Xmx8192m", "-Xmx16g")


def test_a_new_key_comes_last(rig: Rig) -> None:
    rig.with_backend()
    (rig.be / "conf" / "be.conf").write_text(BE_CONF.rstrip("\n"))
    rig.do(MEMORY.with_(key="parallel_clone_task_per_path", value="16", old=None))
    assert (rig.be / "conf" / "be.conf").read_text() == BE_CONF + "parallel_clone_task_per_path = 16\n"


def test_said_already(rig: Rig) -> None:
    rig.with_backend().do(MEMORY)
    assert "already says mem_limit = 70%" in rig.do(MEMORY).said
    assert rig.do(MEMORY, "op-1.1").state is JobState.DONE


def test_somebody_changed_it(rig: Rig) -> None:
    rig.with_backend()
    with pytest.raises(HostRefused, match=r"expects mem_limit to be `90%`, but be.conf says `80%`: nothing was changed"):
        rig.driver().begin("x", MEMORY.with_(old="90%"))
    with pytest.raises(HostRefused, match=r"expects mem_limit not to be set, but be.conf says `80%`"):
        rig.driver().begin("x", MEMORY.with_(old=None))
    with pytest.raises(HostRefused, match=r"to be `8`, but be.conf does not set it"):
        rig.driver().begin("x", MEMORY.with_(key="parallel_clone_task_per_path", value="16", old="8"))
    assert (rig.be / "conf" / "be.conf").read_text() == BE_CONF
    assert rig.look(BE, "x").jobs["x"].state is JobState.ABSENT


def test_somebody_changes_it_at_the_same_moment(rig: Rig) -> None:
    """Between our reading and our job: the file as a whole has another checksum."""
    rig.with_backend()
    rig.server.stub("flock", f"echo 'be_port = 1' >> {rig.be}/conf/be.conf")
    job = rig.do(MEMORY)
    assert job.state is JobState.FAILED and "was changed by somebody meanwhile: nothing was written" in job.said
    assert (rig.be / "conf" / "be.conf").read_text() == BE_CONF + "be_port = 1\n"


def test_a_link_stays_a_link(rig: Rig) -> None:
    conf = rig.with_backend().be / "conf" / "be.conf"
    conf.rename(rig.server.root / "shared.conf")
    conf.symlink_to(rig.server.root / "shared.conf")
    assert rig.do(MEMORY).state is JobState.DONE
    assert conf.is_symlink() and "mem_limit = 70%" in conf.read_text()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("storage_root_path", "/data3"), ("sys_log_dir", "/x"), ("PATH", "/tmp"), ("LD_PRELOAD", "/tmp/x.so"), ("mem_limit", "80% # less"),
        ("mem_limit", "80%\nJAVA_OPTS=x"), ("mem_limit", "$(reboot)"), ("mem_limit", "`reboot`"), ("mem_limit", "80%; reboot"),
        ("mem_limit", "lots"), ("mem_limit", ""), ("mem_limit", "101%"), ("JAVA_OPTS", '"-Xmx4g -Djavax.net.ssl.x=1" reboot "'),
        ("JAVA_OPTS", '"-Xmx4g -XX:OnOutOfMemoryError=reboot -Djavax.net.ssl.x=1"'), ("JAVA_OPTS", '"-Xmx4g -Djavax.net.ssl.x=${x:-$(reboot)}"'),
        ("JAVA_OPTS", "-Xmx4g -Djavax.net.ssl.x=1"), ("JAVA_OPTS", '"-Djavax.net.ssl.x=1"'), ("JAVA_OPTS", '"-Xmx4g -Djavax.net.ssl.x=1 -javaagent:/tmp/x.jar"'),
        ("priority_networks", "10.0.0.0/8 && reboot"), ("parallel_clone_task_per_path", "many"), ("mem_limit", "８０%"),
    ],
)  # fmt: skip
def test_what_may_not_be_written(rig: Rig, key: str, value: str) -> None:
    old = value_of("be", BE_CONF.encode(), key)
    with pytest.raises(HostRefused):
        rig.driver().begin("x", MEMORY.with_(key=key, value=value, old=old))
    assert rig.server.connections == 0


def test_a_note_after_a_value_is_part_of_the_value() -> None:
    assert value_of("be", BE_CONF.encode(), "priority_networks") == "10.84.0.0/16 # the data network"
    assert value_of("fe", b"a = b # c\n", "a") == "b # c"


def test_read_as_properties() -> None:
    values = values_of("fe", FE_CONF.encode())
    assert (values["edit_log_port"], values["long"], values["http_port"]) == ("9010", "one two", "8030")
    long = next(entry for entry in read_conf("fe", FE_CONF.encode()) if entry.key == "long")
    assert (long.first, long.last) == (6, 7)


def test_a_value_over_several_lines_is_replaced_whole() -> None:
    edit = edited("fe", FE_CONF.encode(), "long", "three", "one two")
    assert (edit.first, edit.last, edit.line) == (6, 7, "long = three")


def test_the_last_of_two_counts() -> None:
    conf = b"mem_limit = 70%\nmem_limit=80%\n"
    assert value_of("be", conf, "mem_limit") == "80%"
    assert edited("be", conf, "mem_limit", "60%", "80%").first == 2


def test_backends_know_neither_colons_nor_continuations() -> None:
    conf = b"a: 1\nb = one \\\nc = 2\n  # d = 3\nold_key\n"
    assert values_of("be", conf) == {"b": "one \\", "c": "2"}


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("common.sh: line 21: export: `aws_s3_secret_key=hunter2': not a valid identifier",
         "common.sh: line 21: export: `aws_s3_secret_key=*** not a valid identifier"),
        ('start_fe.sh ended with 1: "ssl_keystore_password" : "hunter 2" is wrong',
         'start_fe.sh ended with 1: "ssl_keystore_password" : *** is wrong'),
        ("cannot open jdbc:mysql://root:hunter2@10.0.0.1/x", "cannot open jdbc:mysql://***@10.0.0.1/x"),
        ("-Djavax.net.ssl.trustStorePassword=hunter2 -Xmx8g", "-Djavax.net.ssl.trustStorePassword=*** -Xmx8g"),
        ("process 4711 runs", "process 4711 runs"),
        ("clusterId and token could not be changed: nothing was started", "clusterId and token could not be changed: nothing was started"),
    ],
)  # fmt: skip
def test_words_of_a_host_tell_no_secret(said: str, shown: str) -> None:
    assert without_secrets(said) == shown


@pytest.mark.parametrize(
    "line",
    [
        "aws_s3_secret_key = x", "aws_s3_access_key = x", "azure_blob_shared_key = x", "ssl_keystore_password = x", "azure_adls2_sas_token = x",
        'JAVA_OPTS = "-Xmx1g -Djavax.net.ssl.trustStorePassword=x"', "proxy = http://me:x@proxy:3128/", "aws_s3_session_token = x",
    ],
)  # fmt: skip
def test_secrets_stay_on_the_host(rig: Rig, line: str) -> None:
    rig.with_backend()
    (rig.be / "conf" / "be.conf").write_text(f"be_port = 9060\n{line}\n")
    assert rig.survey().conf == {"be_port": "9060"}


def test_ordinary_keys_are_shown() -> None:
    conf = b"enable_primary_key_recover = true\nmax_tablet_key_columns = 3\n"
    assert len(values_of("be", conf)) == 2


def test_other_encodings_and_line_ends_survive() -> None:
    conf = "# \u6ce8\u91ca\u0085x\nmem_limit = 80%\r\n".encode() + b"# \xff\xfe\n"
    assert [entry.first for entry in read_conf("be", conf)] == [2]
    edited("be", conf, "mem_limit", "70%", "80%")
