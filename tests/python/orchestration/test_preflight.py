"""What a run refuses to begin with, in words that say what to mend."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest

from orchestration import preflight, warehouse
from orchestration.errors import ConfigurationError
from orchestration.ingestion.intake import run_intake
from orchestration.settings import Settings

TODAY = date(2024, 7, 1)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "dbt_project.yml").write_text("name: x\n")
    return Settings.from_environment(tmp_path, {})


def land(settings: Settings, table: str, rows: str) -> None:
    """Write one Parquet file of the source `custom` from a query."""
    folder = settings.landing / "custom" / table
    folder.mkdir(parents=True, exist_ok=True)
    duckdb.connect().execute(f"copy ({rows}) to '{folder}/rows.parquet' (format parquet)")


def look(settings: Settings, score_date: date) -> list[str]:
    with warehouse.opened(":memory:") as connection:
        run_intake(connection, settings)
        rows = preflight.landed_rows(connection, settings)
        return preflight.check_landed(connection, settings, rows, score_date)


def test_without_a_date_today_is_scored() -> None:
    assert preflight.parse_score_date(None, TODAY) == TODAY
    assert preflight.parse_score_date("", TODAY) == TODAY


def test_a_date_is_read_as_year_month_day() -> None:
    assert preflight.parse_score_date(" 2024-06-30 ", TODAY) == date(2024, 6, 30)


@pytest.mark.parametrize("text", ["30.06.2024", "2024-02-30", "yesterday", "2024-06-30T12:00"])
def test_text_that_is_no_day_is_quoted_with_an_example(text: str) -> None:
    with pytest.raises(ConfigurationError, match=r"--date: .* is not a day.*YYYY-MM-DD"):
        preflight.parse_score_date(text, TODAY)


def test_a_day_that_has_not_begun_cannot_be_scored() -> None:
    with pytest.raises(ConfigurationError, match="2024-07-02 has not begun, today is 2024-07-01"):
        preflight.parse_score_date("2024-07-02", TODAY)


def test_landing_without_leads_names_the_folder_and_the_source_setting(settings: Settings) -> None:
    with pytest.raises(ConfigurationError) as caught:
        look(settings, TODAY)
    message = str(caught.value)
    assert str(settings.landing / "custom" / "leads") in message
    assert "LEAD_SCORING_LANDING" in message
    assert "LEAD_SCORING_SOURCES (now: custom)" in message


def test_an_empty_leads_table_is_the_same_as_none(settings: Settings) -> None:
    land(
        settings,
        "leads",
        "select 'L1' as lead_id, timestamp '2024-01-01' as created_at where false",
    )
    with pytest.raises(ConfigurationError, match="there are no leads to score"):
        look(settings, TODAY)


def test_a_source_that_is_off_is_named_when_nothing_is_left(tmp_path: Path) -> None:
    (tmp_path / "dbt_project.yml").write_text("name: x\n")
    settings = Settings.from_environment(tmp_path, {"LEAD_SCORING_SOURCES": ""})
    land(settings, "leads", "select 'L1' as lead_id, timestamp '2024-01-01' as created_at")
    with pytest.raises(ConfigurationError, match=r"LEAD_SCORING_SOURCES \(now: none\)"):
        look(settings, TODAY)


def test_a_day_before_all_leads_names_the_earliest(settings: Settings) -> None:
    land(settings, "leads", "select 'L1' as lead_id, timestamp '2024-03-05 10:00' as created_at")
    with pytest.raises(
        ConfigurationError, match=r"no lead existed by the end of 2024-03-04.*2024-03-05"
    ):
        look(settings, date(2024, 3, 4))
    assert look(settings, date(2024, 3, 5))


def test_landing_without_events_is_a_warning(settings: Settings) -> None:
    land(settings, "leads", "select 'L1' as lead_id, timestamp '2024-03-05' as created_at")
    [warning] = look(settings, TODAY)
    assert "No events have landed" in warning


def test_an_unknown_check_cannot_be_accepted_and_the_nearest_is_offered(
    fresh_project: Path,
) -> None:
    settings = Settings.from_environment(fresh_project, {})
    with pytest.raises(ConfigurationError, match=r"'lead_score_mean' .*mean lead_scores_mean\?"):
        preflight.check_configuration(settings, ["lead_score_mean"])


def test_a_check_that_guards_the_arithmetic_cannot_be_accepted(fresh_project: Path) -> None:
    settings = Settings.from_environment(fresh_project, {})
    with pytest.raises(ConfigurationError, match="'lead_scores_key' always blocks"):
        preflight.check_configuration(settings, ["lead_scores_key"])


def test_seeds_as_they_are_delivered_have_no_errors(fresh_project: Path) -> None:
    preflight.check_configuration(Settings.from_environment(fresh_project, {}))


def test_a_platform_alone_can_be_scored_by_its_own_table_of_people(tmp_path: Path) -> None:
    (tmp_path / "dbt_project.yml").write_text("name: x\n")
    settings = Settings.from_environment(tmp_path, {"LEAD_SCORING_SOURCES": "hubspot"})
    with pytest.raises(ConfigurationError, match="hubspot/contact"):
        look(settings, TODAY)
    folder = settings.landing / "hubspot" / "contact"
    folder.mkdir(parents=True)
    duckdb.connect().execute(
        "copy (select 1 as id, timestamp '2024-03-05' as _fivetran_synced) "
        f"to '{folder}/rows.parquet' (format parquet)"
    )
    assert look(settings, TODAY) == [
        "No events have landed: scores say only who the leads are (fit), not what they did."
    ]
    with pytest.raises(ConfigurationError, match=r"no lead existed by the end of 2024-03-04"):
        look(settings, date(2024, 3, 4))


def test_a_range_of_days_is_scored_in_order_and_not_backwards() -> None:
    today = date(2024, 3, 10)
    days = preflight.parse_score_dates("2024-02-28", "2024-03-01", today)
    assert days == [date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1)]
    assert preflight.parse_score_dates(None, None, today) == [today]
    with pytest.raises(ConfigurationError, match="2024-03-02 is after 2024-03-01"):
        preflight.parse_score_dates("2024-03-02", "2024-03-01", today)
    with pytest.raises(ConfigurationError, match="--from: 2024-03-11 has not begun"):
        preflight.parse_score_dates("2024-03-11", None, today)
