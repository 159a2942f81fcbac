"""Files in conf/ that tell a process how to reach Hadoop and Hive: the same on all nodes of a kind (mission 001 §2.2).

docs: data_source/catalog/hive_catalog asks for core-site.xml, hdfs-site.xml and hive-site.xml in conf/ of every FE and BE,
and for HADOOP_USER_NAME in their hadoop_env.sh.
"""

from collections.abc import Sequence

from policies.host_checks.alike import differing, of_each_kind
from policies.host_checks.seen import Seen, fine, warn
from policies.hosts import HostFile
from policies.plan import Finding

NAME = "catalog files"
ADVICE = "External catalogs and broker loads then go differently from node to node: copy the right one to all."


def catalogs(nodes: Sequence[Seen]) -> list[Finding]:
    found = []
    for process, alike in of_each_kind([node for node in nodes if node.survey.sites]):
        for name in dict.fromkeys(file.name for node in alike for file in node.survey.sites):

            def of_name(node: Seen, name: str = name) -> HostFile | None:
                return next((file for file in node.survey.sites if file.name == name), None)

            words = differing(alike, of_name)
            if words:
                found.append(warn(NAME, f"`conf/{name}` of {process}s: {words}.", ADVICE))
    return found or [fine(NAME, "Nodes of one kind have the same Hadoop and Hive files in conf/, or none.")]
