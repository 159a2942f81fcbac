"""What is known about going down, hop by hop. Sources: StarRocks' own manual and release notes, and issues where named."""

from policies.releases.rule import (
    Rule,
    Span,
    Weight,
    below,
    between,
    frontend_config,
    global_variable,
    line,
    only,
    person,
    starting,
)
from policies.releases.shared_data_rules import SHARED_DATA_DOWN

W = Weight

NO_FURTHER_THAN: tuple[Rule, ...] = (
    Rule(
        id="2.5-at-least-2.5.3",
        installed=starting(3, 0, 0),
        wanted=below(2, 5, 3),
        weight=W.BLOCK,
        sentence="From 3.0 a cluster can go back only to 2.5.3 or later.",
        advice="Take the newest 2.5.",
        source="docs: deployment/downgrade (major version downgrade)",
    ),
    Rule(
        id="2.5-only-from-3.0",
        installed=starting(3, 1, 0),
        wanted=below(3, 0, 0),
        weight=W.BLOCK,
        sentence="Only 3.0 can go back to 2.5: the journal's library and the privileges changed between them.",
        advice="Go back to the newest 3.0 first.",
        source="docs: deployment/downgrade (major version downgrade)",
    ),
    Rule(
        id="3.3-not-3.2.0-to-2",
        installed=starting(3, 3, 0),
        wanted=between((3, 2, 0), (3, 2, 3)),
        weight=W.BLOCK,
        sentence="Going back from 3.3 to 3.2.0, 3.2.1 or 3.2.2 loses metadata.",
        advice="Take 3.2.11 or later.",
        source="docs: deployment/downgrade (warning)",
    ),
    Rule(
        id="3.3.0-keys-at-least-3.2.4",
        installed=between((3, 3, 0), (3, 3, 2)),
        wanted=between((3, 2, 3), (3, 2, 4)),
        weight=W.BLOCK,
        sentence="3.2.3 cannot decompress the primary key indexes that 3.3.0 and 3.3.1 wrote.",
        advice="Take 3.2.11 or later.",
        source="docs: release-3.3 (3.3.2, #48659)",
    ),
    Rule(
        id="3.3.1-withdrawn-down",
        installed=starting(3, 3, 2),
        wanted=only(3, 3, 1),
        weight=W.BLOCK,
        sentence="3.3.1 was withdrawn: it cannot read primary key indexes of older versions.",
        advice="Take 3.3.2 or later.",
        source="docs: release-3.3 (3.3.1, yanked)",
    ),
    Rule(
        id="3.3.9-at-least-3.2.11",
        installed=starting(3, 3, 9),
        wanted=between((3, 2, 3), (3, 2, 11)),
        weight=W.BLOCK,
        sentence="From 3.3.9 on a cluster can go back only to 3.2.11 or later.",
        advice="Take 3.2.11 or later.",
        source="docs: release-3.3 (3.3.9, downgrade notes)",
    ),
    Rule(
        id="3.3-not-over-3.2",
        installed=line(3, 3),
        wanted=below(3, 2, 0),
        weight=W.BLOCK,
        sentence="Frontends that skipped 3.2 on the way back from 3.3 did not start (Cluster backendIdList must be 0).",
        advice="Go back to 3.2 first.",
        source="#53092 (3.3.4 to 3.1.10)",
    ),
    Rule(
        id="3.4-at-least-3.3.9",
        installed=starting(3, 4, 0),
        wanted=below(3, 3, 9),
        weight=W.BLOCK,
        sentence="From 3.4 a cluster can go back only to 3.3.9 or later.",
        advice="Take the newest 3.3.",
        source="docs: release-3.4 (downgrade notes)",
    ),
    Rule(
        id="3.5-at-least-3.4.6",
        installed=starting(3, 5, 0),
        wanted=below(3, 4, 6),
        weight=W.BLOCK,
        sentence="From 3.5 a cluster can go back only to 3.4.6 or later.",
        advice="Take the newest 3.4.",
        source="docs: release-3.5 (downgrade notes)",
    ),
    Rule(
        id="3.5.2-not-3.5.0-or-1",
        installed=between((3, 5, 2), (4, 0, 0)),
        wanted=between((3, 5, 0), (3, 5, 2)),
        weight=W.BLOCK,
        sentence="Frontends crash when a cluster goes back to 3.5.0 or 3.5.1.",
        advice="Take 3.5.2 or later.",
        source="docs: release-3.5 (downgrade notes)",
    ),
    Rule(
        id="4.0-at-least-3.5.2",
        installed=starting(4, 0, 0),
        wanted=below(3, 5, 2),
        weight=W.BLOCK,
        sentence="From 4.0 a cluster can go back only to 3.5.2 or later: older frontends crash on its metadata.",
        advice="Take the newest 3.5.",
        source="docs: release-4.0 (downgrade notes)",
    ),
    Rule(
        id="4.1-at-least-4.0.6",
        installed=starting(4, 1, 0),
        wanted=below(4, 0, 6),
        weight=W.BLOCK,
        sentence="4.1 lays out tablets in a way that is read only from 4.0.6 on.",
        advice="Take 4.0.6 or later.",
        source="docs: deployment/downgrade (warning)",
    ),
)

PREPARATIONS: tuple[Rule, ...] = (
    Rule(
        id="2.5-journal-library",
        installed=starting(3, 0, 0),
        wanted=line(2, 5),
        weight=W.FIRST,
        sentence="2.5 cannot read the journal of 3.0 with its own library, and the new privileges stay: RBAC cannot go back.",
        first=(
            person("In each frontend's 2.5 package: copy starrocks-bdb-je-18.3.13.jar from the fe/lib of now, delete je-7.*.jar."),
        ),
        source="docs: deployment/downgrade; release-3.0",
    ),
    Rule(
        id="3.2-random-buckets",
        installed=starting(3, 2, 0),
        wanted=below(3, 2, 0),
        weight=W.FIRST,
        sentence="Before 3.2 tables with random buckets and a bucket_size cannot be read.",
        first=(
            person(
                "DROP TABLE for each table whose SHOW CREATE TABLE has bucket_size.",
                proof="SELECT TABLE_SCHEMA, TABLE_NAME FROM information_schema.tables_config WHERE PROPERTIES LIKE '%bucket_size%'",
            ),
        ),
        source="docs: release-3.2 (downgrade notes)",
    ),
    Rule(
        id="3.3-schema-changes",
        installed=starting(3, 3, 0),
        wanted=below(3, 3, 0),
        weight=W.FIRST,
        sentence="Before 3.3 the records of schema changes cannot be read: none may be running, and the history must be empty.",
        first=(
            frontend_config("history_job_keep_max_second", "0"),
            person(
                "Let every schema change end, or CANCEL ALTER TABLE COLUMN FROM <db>.<table>.",
                proof="SHOW PROC '/jobs/<db>/schema_change'",
            ),
        ),
        source="docs: release-3.3 (downgrade notes)",
    ),
    *(
        Rule(
            id=f"{name}-views-with-lz4",
            installed=starting(3, 3, 0),
            wanted=span,
            weight=W.FIRST,
            sentence="This version cannot read materialized views with compression=lz4.",
            first=(person("DROP MATERIALIZED VIEW for each whose SHOW CREATE MATERIALIZED VIEW has compression = lz4."),),
            source="docs: release-3.3 (downgrade notes: 3.2.8 and 3.1.14 can)",
        )
        for name, span in (("3.2", between((3, 2, 0), (3, 2, 8))), ("3.1", below(3, 1, 14)))
    ),
    Rule(
        id="3.3-temporary-tables",
        installed=starting(3, 3, 1),
        wanted=below(3, 3, 0),
        weight=W.FIRST,
        sentence="Before 3.3 there are no temporary tables: none may be left, and none may be made.",
        first=(
            # The version it goes to does not know the name, so there is nothing to give back to.
            frontend_config("enable_experimental_temporary_table", "false", back=False),
            person(
                "CLEAN TEMPORARY TABLE ON SESSION '<its session>' for each left.",
                proof="SELECT * FROM information_schema.temp_tables",
            ),
        ),
        source="docs: release-3.3 (3.3.1, downgrade notes)",
    ),
    Rule(
        id="3.3-renamed-columns",
        installed=starting(3, 3, 0),
        wanted=below(3, 3, 0),
        weight=W.FIRST,
        sentence="Before 3.3 a renamed column cannot be read.",
        first=(person("ALTER TABLE <db>.<table> RENAME COLUMN <now> TO <before>; the audit log knows them (RENAME COLUMN)."),),
        source="docs: release-3.3 (downgrade notes)",
    ),
    Rule(
        id="3.4-rollup-jobs",
        installed=line(3, 4),
        wanted=line(3, 3),
        weight=W.WARN,
        sentence="Frontends of 3.3 were seen not to start on the records of rollups and schema changes that 3.4 had made.",
        advice="Let those that run end, take the newest 3.3, and look at the first follower before the others.",
        source="#59735; #59640",
    ),
    Rule(
        id="3.5.15-views-refresh-down",
        installed=Span(since=(3, 5, 16)),
        wanted=between((3, 5, 15), (3, 5, 21)),
        weight=W.WARN,
        sentence="On 3.5.15 to 3.5.20 every start of a leading frontend refreshes all asynchronous materialized views in full.",
        advice="Take a version without it, or expect hours of refreshing after the frontends' turn.",
        source="#76576",
    ),
    *(
        Rule(
            id=f"4.0.2-meta-scan-{name}",
            installed=starting(4, 0, 2),
            wanted=span,
            weight=W.FIRST,
            sentence=(
                "This version fails on a rewrite that 4.0.2 and later use for plain aggregates. What is set stays so: when the "
                "cluster is at 4.0.2 or later again, SET GLOBAL enable_rewrite_simple_agg_to_meta_scan = true."
            ),
            first=(global_variable("enable_rewrite_simple_agg_to_meta_scan", "false", back=False),),
            source="docs: release-4.0 (downgrade notes)",
        )
        for name, span in (("3.5", between((3, 5, 2), (3, 5, 11))), ("4.0", between((4, 0, 0), (4, 0, 2))))
    ),
)

DOWNGRADE_RULES = (*NO_FURTHER_THAN, *PREPARATIONS, *SHARED_DATA_DOWN)
