"""What is known about going up, hop by hop. Sources: StarRocks' own manual and release notes, and issues where named.

One line at a time is a rule of its own (policies.releases.paths); here is what single hops need or must not do.
"""

from policies.releases.rule import Rule, Span, Weight, below, between, global_variable, line, only, person, starting
from policies.releases.shared_data_rules import SHARED_DATA_UP

W = Weight

_EVERYWHERE: tuple[Rule, ...] = (
    Rule(
        id="3.0-only-from-2.5",
        installed=below(2, 5, 0),
        wanted=starting(3, 0, 0),
        weight=W.BLOCK,
        sentence="A cluster can go to 3.0 or later only from 2.5.",
        advice="Upgrade to the newest 2.5 first.",
        source="docs: deployment/upgrade (major version upgrade)",
    ),
    Rule(
        id="2.0-batch-size",
        installed=line(2, 0),
        wanted=starting(2, 1, 0),
        weight=W.FIRST,
        sentence="Coming from 2.0, chunks and batches must not be larger than 4,096 rows.",
        first=(
            global_variable("batch_size", "4096", back=False, at_most=True),
            person("Where be.conf sets vector_chunk_size: vector_chunk_size = 4096 there, and a restart of that backend."),
        ),
        source="docs: deployment/upgrade (compatibility configuration, from 2.0)",
    ),
    Rule(
        id="3.2-pipeline-engine",
        installed=below(3, 2, 0),
        wanted=starting(3, 2, 0),
        weight=W.FIRST,
        sentence="From 3.2 on only the pipeline engine is left, so it must be on before.",
        first=(global_variable("enable_pipeline_engine", "true", back=False),),
        source="docs: release-3.2 (behaviour change)",
    ),
    Rule(
        id="3.2-from-early-3.1",
        installed=below(3, 1, 3),
        wanted=line(3, 2),
        weight=W.WARN,
        sentence="Frontends that come from 3.1.2 or earlier may fail to start in early patches of 3.2.",
        advice="Take the newest 3.1 first, or the newest 3.2.",
        source="docs: release-3.2; #38172",
    ),
    Rule(
        id="3.3.0-cluster-id",
        installed=below(3, 3, 0),
        wanted=only(3, 3, 0),
        weight=W.WARN,
        sentence="Followers were seen to fail at 3.3.0 on the key `clusterId`.",
        advice="Take a later 3.3.",
        source="#48168 (3.2.7 to 3.3.0)",
    ),
    Rule(
        id="3.3-java",
        installed=below(3, 3, 0),
        wanted=between((3, 3, 0), (3, 5, 0)),
        weight=W.FIRST,
        sentence="From 3.3 on frontends start with JDK 11 or later only.",
        first=(person("JDK 11 or later on every frontend's host, named by a line `JAVA_HOME = /its/path` of fe.conf."),),
        source="fe: bin/start_fe.sh (3.3.0)",
    ),
    Rule(
        id="3.3.1-withdrawn",
        installed=below(3, 3, 1),
        wanted=only(3, 3, 1),
        weight=W.BLOCK,
        sentence="3.3.1 was withdrawn: it cannot decompress the primary key indexes that versions before 3.1.11 and 3.2.4 wrote.",
        advice="Take 3.3.2 or later.",
        source="docs: release-3.3 (3.3.1, yanked; fixed in 3.3.2)",
    ),
    Rule(
        id="3.3-default-timestamp",
        installed=below(3, 3, 0),
        wanted=between((3, 3, 0), (3, 3, 4)),
        weight=W.WARN,
        sentence="On 3.3.0 to 3.3.3 rows that leave out a column with DEFAULT CURRENT_TIMESTAMP get NULL there.",
        advice="Take 3.3.4 or later.",
        source="#50872, fixed by #50911 (release-3.3, 3.3.4)",
    ),
    Rule(
        id="3.4.0-from-3.3.9",
        installed=between((3, 3, 9), (3, 4, 0)),
        wanted=only(3, 4, 0),
        weight=W.WARN,
        sentence="Frontends that came from 3.3.9 were seen to crash on 3.4.0.",
        advice="Take a later 3.4.",
        source="#55436",
    ),
    Rule(
        id="3.4.2-replicas",
        installed=between((3, 4, 0), (3, 4, 2)),
        wanted=only(3, 4, 2),
        weight=W.BLOCK,
        sentence="From 3.4.0 to 3.4.2 many replicas were seen to fail.",
        advice="Take 3.4.3 or later.",
        source="docs: release-3.4; #58518",
    ),
    Rule(
        id="3.5-java",
        installed=below(3, 5, 0),
        wanted=starting(3, 5, 0),
        weight=W.FIRST,
        sentence="From 3.5 on frontends start with JDK 17 or later only, and old GC flags keep the process from starting.",
        first=(
            person(
                "JDK 17 or later on every frontend's host, named by a line `JAVA_HOME = /its/path` of fe.conf; no flags of older "
                "JDKs in JAVA_OPTS (CMS, PrintGCDateStamps …)."
            ),
            person(
                "be.conf and cn.conf, where external catalogs or Java UDFs are used: --add-opens=java.base/java.util=ALL-UNNAMED "
                "--add-opens=java.base/java.nio=ALL-UNNAMED --add-opens=java.base/sun.nio.ch=ALL-UNNAMED in JAVA_OPTS."
            ),
        ),
        source="docs: release-3.5 (upgrade notes); fe: bin/start_fe.sh",
    ),
    Rule(
        id="3.5-low-cardinality",
        installed=below(3, 4, 10),
        wanted=starting(3, 5, 0),
        weight=W.FIRST,
        sentence="Coming from before 3.4.10, the low-cardinality optimization must be off while versions are mixed.",
        first=(global_variable("cbo_enable_low_cardinality_optimize", "false"),),
        source="docs: release-3.5 (upgrade notes)",
    ),
    Rule(
        id="3.5.15-views-refresh",
        installed=Span(),
        wanted=between((3, 5, 15), (3, 5, 21)),
        weight=W.WARN,
        sentence="On 3.5.15 to 3.5.20 every start of a leading frontend refreshes all asynchronous materialized views in full.",
        advice="Expect hours of refreshing after the frontends' turn, or take a version with the fix.",
        source="#76576",
    ),
    Rule(
        id="4.1.0-image",
        installed=below(4, 1, 0),
        wanted=only(4, 1, 0),
        weight=W.WARN,
        sentence="Backends of the 4.1.0 container image do not start; packages are not concerned.",
        advice="In containers take 4.1.1.",
        source="docs: release-4.1; #71825",
    ),
)

UPGRADE_RULES = (*_EVERYWHERE, *SHARED_DATA_UP)
