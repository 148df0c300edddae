"""The two gates on small DuckDB files: each check is seen to pass, and to fail with its message."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from gate_files import EMAIL, SCORE_DATE, policy, publish_scores, write_warehouse

from orchestration import warehouse
from orchestration.ingestion.contracts import SOURCES
from orchestration.quality.catalogue import planned_checks
from orchestration.quality.docs import write_data_docs
from orchestration.quality.expectations import check_raw, check_scores, row_counts
from orchestration.quality.policy import PolicyRule
from orchestration.quality.results import CheckResult, blocking_failures

CUSTOM = ("custom",)

# One fault for each check of rows; the tables' columns stay as they are.
RAW_FAULTS = (
    "update raw_custom.leads set created_at = timestamp '2026-03-10 12:00:00'",
    "update raw_custom.leads set lead_id = chr(9) || ' ' where lead_id <= 'lead_11'",
    "update raw_custom.leads set job_title = null where lead_id <> 'lead_19'",
    "update raw_custom.lead_attributes set value_text = ''",
    "update raw_custom.lead_attributes set attribute = null",
    "update raw_custom.accounts set account_id = null where account_id < 'acc_5'",
    "update raw_custom.accounts set employee_count = null",
    "delete from raw_custom.events where event_id >= 'event_5'",
    "update raw_custom.events set lead_id = null where event_id < 'event_2'",
    "update raw_custom.events set occurred_at = timestamp '2026-04-01 00:00:00'",
    "update raw_custom.events set event_type = 'web_visit' where event_id < 'event_3'",
    "update raw_custom.events set event_type = 'mail to ada.lovelace@example.com' "
    "where event_id = 'event_4'",
    "update raw_custom.identities set email = null",
    "insert into raw_custom.identities by name select 'visitor' as anonymous_id from range(90)",
    "update raw_custom.conversions set stage = 'won' where conversion_id < 'conversion_4'",
    "update raw_custom.conversions set occurred_at = null where conversion_id < 'conversion_2'",
    "update raw_custom.privacy_requests set request = 'forget', lead_id = null",
    "update raw_hubspot.email_event set created = timestamp '2026-03-21 00:00:00'",
    "update raw_marketo.activity_click_email set activity_date = null",
)

RAW_MESSAGES = {
    "raw_leads_key": "raw_custom.leads: of 20 rows too many lack lead_id (20 %); up to 10 % is",
    "raw_leads_nulls": "lack job_title (95 %); up to 10 %",
    "raw_leads_freshness": "the latest created_at is 2026-03-10 12:00 UTC, 21.5 days before the "
    "end of 2026-03-31 (up to 3 days are expected). Look whether the loader still runs.",
    "raw_lead_attributes_key": "lack attribute (100 %)",
    "raw_lead_attributes_nulls": "lack every one of value_text, value_number (100 %)",
    "raw_accounts_key": "lack account_id (50 %)",
    "raw_accounts_nulls": "lack employee_count (100 %)",
    "raw_events_volume": "45 rows, 100 rows in the run before: 55 % fewer (up to 10 % is "
    "expected). Look for files that did not arrive",
    "raw_events_key": "lack every one of lead_id, email, anonymous_id (26.7 %)",
    "raw_events_freshness": "no occurred_at lies before the end of 2026-03-31. Score a later date",
    "raw_events_values": "24 rows (53.3 %) with an unknown event_type: web_visit. No rule for",
    "raw_identities_key": "lack every one of lead_id, email (100 %)",
    "raw_identities_volume": "100 rows, 10 rows in the run before: 900 % more (up to 10 % is "
    "expected). Look for files that were loaded twice.",
    "raw_conversions_key": "lack occurred_at (20 %)",
    "raw_conversions_values": "4 rows (40 %) with an unknown stage: won. Such rows go to "
    "quarantine. Use one of mql, sql, opportunity, customer, rejected, lost.",
    "raw_privacy_requests_key": "of 1 row too many lack every one of lead_id, email (100 %)",
    "raw_privacy_requests_values": "with an unknown request: forget. Such rows go to quarantine. "
    "Use one of erase, do_not_score.",
    "raw_hubspot_email_event_freshness": "the latest created is 2026-03-21 00:00 UTC, 11.0 days",
    "raw_marketo_activity_click_email_freshness": "no activity_date lies before the end of",
}

SCORE_FAULTS = (
    "insert into marts.lead_scores from marts.lead_scores where lead_id = 'lead_1'",
    "update marts.lead_scores set lead_id = null where lead_id = 'lead_2'",
    "update marts.lead_scores set score_date = date '2026-03-30' where lead_id = 'lead_3'",
    "update marts.lead_scores set score = 100.5 where lead_id = 'lead_4'",
    "update marts.lead_scores set predicted_score = 'nan' where lead_id = 'lead_5'",
    "update marts.lead_scores set tier = 'Tepid' where lead_id = 'lead_6'",
    "update marts.lead_scores_by_model set fit_score = -0.5 where lead_id = 'lead_7'",
    "update marts.lead_scores_by_model set engagement_score = null where lead_id = 'lead_8'",
    "update marts.lead_scores_by_model set tier = null where lead_id = 'lead_8'",
    "delete from marts.lead_scores_by_model where lead_id = 'lead_9' and model_version = 'two'",
    "insert into marts.lead_scores_by_model by name select * replace ('one' as model_version) "
    "from marts.lead_scores_by_model where lead_id = 'lead_8' and model_version = 'two'",
    "update marts.lead_score_contributions set points = points + 0.001 where lead_id = 'lead_0'",
    "insert into marts.lead_score_contributions from marts.lead_score_contributions "
    "where lead_id = 'lead_1' and model_version = 'one' and rule_id = 'size'",
    "update marts.lead_score_contributions set rule_id = null where lead_id = 'lead_2'",
)

SCORE_MESSAGES = {
    "lead_scores_key": "marts.lead_scores: 1 row too many of the same key and 1 row without a "
    "whole key (lead_id). Nothing was published.",
    "lead_scores_date": "1 row for another day than 2026-03-31",
    "lead_scores_range": "score goes from 20 to 100.5; predicted_score is not a number (0 to",
    "lead_scores_values": "1 row in tiers that the model does not have in "
    "seeds/scoring/score_tiers.csv: Tepid.",
    "lead_scores_sum": "2 leads with another score than in lead_scores_by_model (1 have no row",
    "lead_scores_by_model_rows": "20 rows for 11 leads and 2 models in play, which makes 22.",
    "lead_scores_by_model_key": "1 row too many of the same key (lead_id, model_version)",
    "lead_scores_by_model_range": "fit_score goes from -0.5 to 40; 15 % of rows lack engagement",
    "lead_scores_by_model_values": "3 rows in tiers that the model does not have in "
    "seeds/scoring/score_tiers.csv: no tier.",
    "lead_score_contributions_key": "1 row too many of the same key and 4 rows without a whole key",
    "lead_score_contributions_sum": "the contributions of 3 leads and models do not add up to the "
    "score (largest difference 30 points); 1 lead and model with contributions but no score.",
}


def raw_checks(folder: Path, *changes: str, **arguments) -> dict[str, CheckResult]:
    settings = {
        "sources": tuple(SOURCES),
        "score_date": SCORE_DATE,
        "previous": None,
        "policy": policy(),
        **arguments,
    }
    results = check_raw(write_warehouse(folder, *changes), **settings)
    return {result.name: result for result in results}


def score_checks(working_file: Path, published: Path | None, **arguments) -> dict[str, CheckResult]:
    settings = {
        "score_date": SCORE_DATE,
        "weights_changed": False,
        "first_run": False,
        "date_went_back": False,
        "policy": policy(),
        **arguments,
    }
    return {result.name: result for result in check_scores(working_file, published, **settings)}


@pytest.fixture(scope="module")
def good_raw(tmp_path_factory: pytest.TempPathFactory) -> dict[str, CheckResult]:
    folder = tmp_path_factory.mktemp("good_raw")
    counts = row_counts(raw_checks(folder).values())
    results = check_raw(folder / "warehouse.duckdb", tuple(SOURCES), SCORE_DATE, counts, policy())
    return {result.name: result for result in results}


@pytest.fixture(scope="module")
def bad_raw(
    tmp_path_factory: pytest.TempPathFactory, good_raw: dict[str, CheckResult]
) -> dict[str, CheckResult]:
    folder = tmp_path_factory.mktemp("bad_raw")
    return raw_checks(folder, *RAW_FAULTS, previous=row_counts(good_raw.values()))


@pytest.fixture(scope="module")
def good_scores(tmp_path_factory: pytest.TempPathFactory) -> dict[str, CheckResult]:
    folder = tmp_path_factory.mktemp("good_scores")
    working_file = write_warehouse(folder)
    return score_checks(working_file, publish_scores(working_file, folder / "published"))


@pytest.fixture(scope="module")
def bad_scores(tmp_path_factory: pytest.TempPathFactory) -> dict[str, CheckResult]:
    return score_checks(write_warehouse(tmp_path_factory.mktemp("bad_scores"), *SCORE_FAULTS), None)


def test_every_planned_raw_check_passes_on_good_rows(good_raw: dict[str, CheckResult]) -> None:
    assert list(good_raw) == [check.name for check in planned_checks("raw")]
    assert {result.status for result in good_raw.values()} == {"passed"}
    assert not any(result.message for result in good_raw.values())
    assert all(result.observed for result in good_raw.values())


@pytest.mark.parametrize("name", RAW_MESSAGES)
def test_a_fault_in_raw_rows_warns_with_what_is_wrong_and_what_to_do(
    bad_raw: dict[str, CheckResult], name: str
) -> None:
    assert bad_raw[name].status == "warned"
    assert RAW_MESSAGES[name] in bad_raw[name].message


def test_faulty_rows_fail_no_other_check(bad_raw: dict[str, CheckResult]) -> None:
    assert {n for n, result in bad_raw.items() if not result.passed} == set(RAW_MESSAGES)
    assert blocking_failures(list(bad_raw.values())) == []


def test_an_unknown_type_that_may_be_about_a_person_is_not_repeated(
    bad_raw: dict[str, CheckResult],
) -> None:
    assert bad_raw["raw_events_values"].observed["unknown_terms"] == 2
    assert EMAIL not in json.dumps([result.to_dict() for result in bad_raw.values()])


def test_wrong_columns_of_a_raw_table_block_and_skip_its_other_checks(tmp_path: Path) -> None:
    results = raw_checks(
        tmp_path,
        "alter table raw_custom.events drop column asset",
        "alter table raw_custom.events alter occurred_at type varchar",
        "drop table raw_custom.accounts",
    )
    events = results["raw_events_schema"]
    assert events.status == "failed"
    assert (
        "raw_custom.events: columns differ from the contract: missing asset; of another type "
        "occurred_at (VARCHAR instead of TIMESTAMP). Nothing was scored." in events.message
    )
    assert "raw_custom.accounts: the relation is missing" in results["raw_accounts_schema"].message
    assert results["raw_events_key"].status == "skipped"
    assert results["raw_events_key"].message.endswith("are wrong: see raw_events_schema.")
    assert results["raw_leads_key"].status == "passed"


def test_a_policy_row_makes_a_warning_block(tmp_path: Path) -> None:
    results = raw_checks(
        tmp_path,
        "update raw_custom.events set event_type = 'new_type'",
        policy=policy(raw_events_values=PolicyRule("block", 0)),
    )
    assert [failure.name for failure in blocking_failures(list(results.values()))] == [
        "raw_events_values"
    ]


def test_volume_is_skipped_on_a_first_run_and_when_the_date_goes_back(tmp_path: Path) -> None:
    first = raw_checks(tmp_path)
    assert first["raw_events_volume"].status == "skipped"
    assert "no run before this one" in first["raw_events_volume"].message
    assert first["raw_events_volume"].observed["rows"] == 100
    back = check_raw(
        tmp_path / "warehouse.duckdb",
        CUSTOM,
        SCORE_DATE,
        {"raw_custom.events": 5_000},
        policy(),
        date_went_back=True,
    )
    volume = next(result for result in back if result.name == "raw_events_volume")
    assert volume.status == "skipped"
    assert "an earlier date" in volume.message


def test_a_share_of_too_few_rows_is_not_judged(tmp_path: Path) -> None:
    results = raw_checks(
        tmp_path,
        "update raw_custom.leads set email = null",
        previous={"raw_custom.events": 9},
        policy=policy(
            raw_leads_nulls=PolicyRule("warn", 0.1, min_rows=21),
            raw_events_volume=PolicyRule("warn", 0.1, min_rows=10),
        ),
    )
    assert results["raw_leads_nulls"].message == "There are 20 rows, and the check needs 21."
    assert results["raw_events_volume"].message == "There were 9 rows, and the check needs 10."
    assert {results[n].status for n in ("raw_leads_nulls", "raw_events_volume")} == {"skipped"}


def test_empty_tables_are_no_fault_where_the_policy_needs_a_row(tmp_path: Path) -> None:
    needs_a_row = {
        check.name: PolicyRule("warn", 0, min_rows=1)
        for check in planned_checks("raw")
        if not check.always_blocks
    }
    empty = [f"truncate {check.table}" for check in planned_checks("raw") if check.kind == "schema"]
    results = raw_checks(tmp_path, *empty, policy=needs_a_row)
    assert {r.status for r in results.values() if r.kind != "schema"} == {"skipped"}
    assert results["raw_events_freshness"].message == "There are 0 rows, and the check needs 1."


def test_freshness_looks_at_the_score_date_and_not_at_the_clock(tmp_path: Path) -> None:
    fresh = raw_checks(tmp_path, score_date=SCORE_DATE + timedelta(days=2))
    assert fresh["raw_events_freshness"].status == "passed"
    later = check_raw(
        tmp_path / "warehouse.duckdb", CUSTOM, SCORE_DATE + timedelta(days=4), None, policy()
    )
    stale = next(result for result in later if result.name == "raw_events_freshness")
    assert stale.status == "warned"
    assert "4.2 days before the end of 2026-04-04" in stale.message


def test_checks_of_a_source_that_is_off_are_skipped(tmp_path: Path) -> None:
    results = raw_checks(tmp_path, "drop schema raw_custom cascade", sources=())
    assert {result.status for result in results.values()} == {"skipped"}
    assert "source custom is off (LEAD_SCORING_SOURCES)" in results["raw_leads_schema"].message


def test_a_check_that_cannot_be_computed_says_so(tmp_path: Path) -> None:
    results = raw_checks(tmp_path, "drop table seeds.activity_types")
    failure = results["raw_events_values"]
    assert failure.status == "warned"
    assert "raw_custom.events: the check could not be computed" in failure.message
    assert results["raw_events_key"].status == "passed"


def test_every_planned_score_check_passes_on_good_scores(
    good_scores: dict[str, CheckResult],
) -> None:
    assert list(good_scores) == [check.name for check in planned_checks("scores")]
    made = {n: r for n, r in good_scores.items() if r.table != "marts.lead_scores_as_of"}
    assert {result.status for result in made.values()} == {"passed"}
    assert good_scores["lead_scores_tier_share"].observed["share_Hot"] == 0.5
    assert good_scores["lead_scores_as_of_key"].status == "skipped"


@pytest.mark.parametrize("name", SCORE_MESSAGES)
def test_a_fault_in_scores_blocks_with_what_is_wrong(
    bad_scores: dict[str, CheckResult], name: str
) -> None:
    assert bad_scores[name].status == "failed"
    assert SCORE_MESSAGES[name] in bad_scores[name].message


def test_faulty_scores_fail_no_other_check(bad_scores: dict[str, CheckResult]) -> None:
    assert {n for n, result in bad_scores.items() if not result.passed} == set(SCORE_MESSAGES)


def test_no_scores_at_all_block(tmp_path: Path) -> None:
    marts = ("lead_scores", "lead_scores_by_model", "lead_score_contributions")
    results = score_checks(write_warehouse(tmp_path, *(f"truncate marts.{m}" for m in marts)), None)
    assert results["lead_scores_rows"].status == "failed"
    assert "no lead has a score for 2026-03-31" in results["lead_scores_rows"].message
    assert results["lead_scores_by_model_rows"].status == "failed"
    assert results["lead_scores_range"].message == "marts.lead_scores has no rows."


def test_a_lead_without_contributions_has_score_0(tmp_path: Path) -> None:
    results = score_checks(
        write_warehouse(
            tmp_path,
            "delete from marts.lead_score_contributions where lead_id = 'lead_1'",
            "update marts.lead_scores_by_model set score = 0 where lead_id = 'lead_1'",
            "update marts.lead_scores set score = 0 where lead_id = 'lead_1'",
        ),
        None,
    )
    assert results["lead_score_contributions_sum"].status == "passed"


def test_a_missing_mart_column_blocks(tmp_path: Path) -> None:
    results = score_checks(
        write_warehouse(
            tmp_path,
            "alter table marts.lead_scores drop column top_reasons",
            "alter table marts.lead_scores add column note varchar",
        ),
        None,
    )
    assert results["lead_scores_schema"].status == "failed"
    assert "missing top_reasons. Nothing was published." in results["lead_scores_schema"].message
    assert results["lead_scores_key"].status == "skipped"


def test_scores_that_drift_from_the_published_ones_warn(tmp_path: Path) -> None:
    working_file = write_warehouse(tmp_path)
    published = publish_scores(
        working_file,
        tmp_path / "published",
        "delete from lead_scores where lead_id >= 'lead_8'",
        "update lead_scores set tier = 'Cold', score = 0 where tier = 'Hot' and lead_id > 'lead_1'",
    )
    results = score_checks(working_file, published)
    assert {n for n, result in results.items() if result.status == "warned"} == {
        "lead_scores_volume",
        "lead_scores_mean",
        "lead_scores_tier_share",
    }
    assert (
        "10 leads, 8 are published: 25 % more (up to 10 %" in results["lead_scores_volume"].message
    )
    assert "the mean score is 40.0, published is 22.5" in results["lead_scores_mean"].message
    assert (
        "tiers moved from the published shares: Hot 25 % to 50 %, Cold 75 % to 50 % (up to 10 % of "
        "all leads is expected), and no rule changed." in results["lead_scores_tier_share"].message
    )


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"first_run": True}, "no published scores"),
        ({"weights_changed": True}, "The rules changed since the last publish"),
        ({"date_went_back": True}, "scores an earlier date"),
    ],
    ids=["first run", "other rules", "earlier date"],
)
def test_drift_is_skipped_where_scores_are_meant_to_differ(
    tmp_path: Path, arguments: dict[str, bool], reason: str
) -> None:
    working_file = write_warehouse(tmp_path)
    published = publish_scores(
        working_file, tmp_path / "published", "update lead_scores set tier = 'Cold', score = 0"
    )
    results = score_checks(working_file, published, **arguments)
    for name in ("lead_scores_volume", "lead_scores_mean", "lead_scores_tier_share"):
        assert results[name].status == "skipped"
        assert reason in results[name].message
    assert not blocking_failures(list(results.values()))


@pytest.mark.parametrize("content", [None, b"", b"this is no database"])
def test_without_a_readable_publish_drift_is_skipped(tmp_path: Path, content: bytes | None) -> None:
    published = tmp_path / "published"
    published.mkdir()
    if content is not None:
        (published / "lead_scoring.duckdb").write_bytes(content)
    results = score_checks(write_warehouse(tmp_path), published)
    assert results["lead_scores_mean"].status == "skipped"
    assert results["lead_scores_mean"].observed["mean_score"] == 40


def test_tiers_of_any_spelling_are_compared(tmp_path: Path) -> None:
    odd = 'It\'s {hot} :now; "100%"'
    quoted = odd.replace("'", "''")
    working_file = write_warehouse(
        tmp_path,
        f"update seeds.score_tiers set tier = '{quoted}' where tier = 'Hot'",
        f"update marts.lead_scores set tier = '{quoted}' where tier = 'Hot'",
        f"update marts.lead_scores_by_model set tier = '{quoted}' where tier = 'Hot'",
    )
    results = score_checks(working_file, publish_scores(working_file, tmp_path / "published"))
    assert results["lead_scores_tier_share"].status == "passed"
    assert results["lead_scores_tier_share"].observed[f"published_share_{odd}"] == 0.5
    assert results["lead_scores_values"].status == "passed"


def test_an_earlier_date_is_checked_where_it_was_written(tmp_path: Path) -> None:
    earlier = date(2026, 3, 1)
    working_file = write_warehouse(
        tmp_path,
        "drop table marts.lead_scores",
        "insert into marts.lead_scores_as_of by name select * replace (date '2026-03-01' as "
        "score_date) from marts.lead_scores_by_model",
    )
    good = score_checks(working_file, None, score_date=earlier, date_went_back=True)
    assert {r.status for n, r in good.items() if "as_of" in n} == {"passed"}
    assert {r.status for n, r in good.items() if "as_of" not in n} == {"skipped"}
    assert good["lead_scores_as_of_rows"].observed["rows"] == 20
    with warehouse.opened(working_file) as connection:
        connection.execute(
            "insert into marts.lead_scores_as_of by name select * replace ('x' as tier, 101 as "
            "score) from marts.lead_scores_as_of where score_date = '2026-03-01' limit 1"
        )
    bad = score_checks(working_file, None, score_date=earlier, date_went_back=True)
    assert [failure.name for failure in blocking_failures(list(bad.values()))] == [
        "lead_scores_as_of_rows",
        "lead_scores_as_of_key",
        "lead_scores_as_of_range",
        "lead_scores_as_of_values",
    ]


def test_results_are_plain_json_without_personal_data(
    good_raw: dict[str, CheckResult], bad_scores: dict[str, CheckResult]
) -> None:
    text = json.dumps([r.to_dict() for r in (*good_raw.values(), *bad_scores.values())])
    assert EMAIL not in text
    assert "lead_1" not in text


def test_a_gate_lets_the_file_go_and_prints_nothing(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    raw_checks(tmp_path)
    score_checks(tmp_path / "warehouse.duckdb", None)
    with warehouse.opened(tmp_path / "warehouse.duckdb") as connection:
        connection.execute("create table after_the_gates as select 1 as id")
    captured = capfd.readouterr()
    assert captured.out == ""
    assert captured.err == ""


def test_data_docs_hold_no_personal_data(tmp_path: Path) -> None:
    raw_checks(tmp_path, *RAW_FAULTS)
    score_checks(tmp_path / "warehouse.duckdb", None)
    (tmp_path / "data_docs").mkdir()
    (tmp_path / "data_docs" / "old.html").write_text("of the run before")
    index = write_data_docs(tmp_path)
    assert index == tmp_path / "data_docs" / "index.html"
    pages = {path.name: path.read_text(encoding="utf-8") for path in index.parent.rglob("*.html")}
    assert "old.html" not in pages
    assert "raw-raw_custom.events.html" in pages
    assert "scores-marts.lead_scores.html" in pages
    for text in pages.values():
        assert EMAIL not in text
        assert str(tmp_path) not in text
