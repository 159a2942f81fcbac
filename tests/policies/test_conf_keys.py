"""Which keys of a conf file may be changed from chat, and to what."""

import pytest

from policies.cluster import NodeKind
from policies.conf_keys import KEYS, refusal

OPTIONS = '"-Xmx8192m -XX:+UseG1GC -Xlog:gc*:${LOG_DIR}/fe.gc.log.$DATE:time"'
BE, CN, FE = NodeKind.BACKEND, NodeKind.COMPUTE_NODE, NodeKind.OBSERVER


@pytest.mark.parametrize(
    ("role", "key", "value", "old"),
    [
        (BE, "mem_limit", "80%", None), (BE, "mem_limit", "100G", "80%"), (CN, "mem_limit", "1.5T", None), (BE, "mem_limit", "100%", None),
        (BE, "priority_networks", "10.84.0.0/16;192.168.0.0/24", None), (FE, "priority_networks", "fd00::/8", None),
        (BE, "loop_count_wait_fragments_finish", "2", "0"), (FE, "drop_backend_after_decommission", "false", None),
        (FE, "JAVA_OPTS", OPTIONS.replace("8192m", "16g"), OPTIONS), (FE, "JAVA_OPTS_FOR_JDK_11", OPTIONS, OPTIONS),
        (FE, "JAVA_OPTS", OPTIONS.replace("-Xmx8192m", "-Xms4g -Xmx16g"), OPTIONS), (FE, "JAVA_OPTS", '"-XX:MaxRAMPercentage=70"', None),
        (FE, "JAVA_OPTS", "-Xmx16g", "-Xmx8g"),
    ],
)  # fmt: skip
def test_allowed(role: NodeKind, key: str, value: str, old: str | None) -> None:
    assert refusal(role, key, value, old) == ""


@pytest.mark.parametrize(
    ("role", "key", "value", "words"),
    [
        (BE, "storage_root_path", "/d", "may not be changed from here. Keys that may: JAVA_OPTS"), (FE, "meta_dir", "/d", "may not be changed"),
        (FE, "mem_limit", "80%", "may not be changed"), (BE, "drop_backend_after_decommission", "true", "may not be changed"),
        (BE, "MEM_LIMIT", "80%", "may not be changed"), (BE, "mem_limit", "80 %", "no amount of memory"), (BE, "mem_limit", "0%", "no amount"),
        (BE, "mem_limit", "-1G", "no amount"), (BE, "mem_limit", "80% # less", "holds a character"), (BE, "mem_limit", "80%\n", "holds a character"),
        (FE, "qe_max_connection", "1e3", "not a whole number"), (FE, "enable_statistic_collect_on_first_load", "yes", "neither"),
        (BE, "priority_networks", "10.84.0.0/16;$(id)", "holds a character"), (BE, "priority_networks", "office", "no list of networks"),
        (FE, "JAVA_OPTS", OPTIONS.replace("8192m", "${X:-1}g"), "holds a character"), (FE, "JAVA_OPTS", OPTIONS + " -x", "one pair of double quotes"),
        (FE, "JAVA_OPTS", OPTIONS.replace("UseG1GC", "UseZGC"), "may differ"), (FE, "JAVA_OPTS", OPTIONS.replace("-Xmx8192m ", ""), "no -Xmx"),
        (FE, "JAVA_OPTS", OPTIONS.replace("8192m", "8192m -Xmx=1"), "may differ"), (FE, "JAVA_OPTS", OPTIONS.replace(" -XX", "; -XX"), "holds a character"),
    ],
)  # fmt: skip
def test_refused(role: NodeKind, key: str, value: str, words: str) -> None:
    assert words in refusal(role, key, value, OPTIONS if key == "JAVA_OPTS" else None)


def test_nothing_that_names_data_or_programs_is_listed() -> None:
    listed = {key for keys in KEYS.values() for key in keys}
    assert not listed & {"storage_root_path", "meta_dir", "JAVA_HOME", "LD_PRELOAD", "PATH", "CLASSPATH", "sys_log_dir", "small_file_dir"}
