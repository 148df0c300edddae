"""A real funnel of registrations, engagement days and purchases, held against what came next.

The data is not ours to ship: the tests run where the folder `shared/data` stands beside the
repository, and skip elsewhere.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import OWN_TABLES, REPOSITORY, copy_project, leadscore

FUNNEL = REPOSITORY.parent / "shared" / "data" / "funnel_365"
SCORE_DATE = date(2022, 6, 30)
HORIZON = timedelta(days=90)

# ruff: noqa: E501 - the rows of seeds are as long as they are

SEEDS = {
    "score_models": """model_version,score_name,role,fit_weight,engagement_weight,predicted_weight,traffic_share,description
funnel,main,champion,0,1,0,,Engagement days with a two-week half-life
""",
    "score_segments": "model_version,segment,priority,attribute,operator,value\n",
    "fit_rules": "model_version,rule_id,rule_group,segment,attribute,operator,value,and_attribute,"
    "and_operator,and_value,points,description\n",
    "engagement_rules": """model_version,rule_id,rule_group,segment,activity_type,asset_operator,asset_value,personalized,measure,per_activity_type,points,min_units,daily_limit,max_points,window_days,decay,decay_days,count_automated,description
funnel,learning_days,learning,,video_view,,,,days,,4,,,,,half_life,14,,Learned
""",
    "score_groups": "model_version,dimension,rule_group,min_points,max_points\nfunnel,engagement,learning,,\n",
    "disqualification_rules": "model_version,rule_id,attribute,operator,value,reason\n",
    "score_tiers": """model_version,tier,min_score,min_fit_score,min_engagement_score,exit_margin
funnel,Cold,0,,,0
funnel,Warm,5,,,1
funnel,Hot,20,,,2
""",
    "fit_grades": "model_version,grade,min_score\nfunnel,F,0\n",
    "engagement_levels": "model_version,level,min_score\nfunnel,3,0\nfunnel,2,5\nfunnel,1,20\n",
}

pytestmark = [
    pytest.mark.full,
    pytest.mark.skipif(
        not FUNNEL.is_dir(), reason="the real data of shared/data/funnel_365 is not on this machine"
    ),
]


@dataclass(frozen=True)
class Funnel:
    """The published scores, and when each lead first bought."""

    published: Path
    first_purchase: dict[str, date]
    summary: dict

    def rows(self, query: str) -> list[tuple]:
        with duckdb.connect(self.published / "lead_scoring.duckdb", read_only=True) as connection:
            return connection.execute(query).fetchall()


def read(file: str) -> Iterator[dict[str, str]]:
    with open(FUNNEL / file, encoding="utf-8-sig", newline="") as handle:
        yield from csv.DictReader(handle)


def moment(day: str) -> datetime:
    return datetime.fromisoformat(day)


def land(landing: Path) -> None:
    tables = {
        "leads": [
            {"lead_id": row["student_id"], "created_at": moment(row["date_registered"])}
            for row in read("student_info.csv")
        ],
        "events": [
            {
                "event_id": f"watched-{number}",
                "lead_id": row["student_id"],
                "event_type": "video_view",
                "occurred_at": moment(row["date_watched"]),
            }
            for number, row in enumerate(read("student_engagement.csv"))
        ],
        "conversions": [
            {
                "conversion_id": row["purchase_id"],
                "lead_id": row["student_id"],
                "stage": "customer",
                "occurred_at": moment(row["date_purchased"]),
            }
            for row in read("student_purchases.csv")
        ],
    }
    for table, rows in tables.items():
        folder = landing / "custom" / table
        folder.mkdir(parents=True)
        pq.write_table(pa.Table.from_pylist(rows), folder / "funnel.parquet")


@pytest.fixture(scope="module")
def funnel(tmp_path_factory: pytest.TempPathFactory) -> Funnel:
    project = copy_project(tmp_path_factory.mktemp("funnel") / "project", views_of=OWN_TABLES)
    for seed, text in SEEDS.items():
        (project / "seeds" / "scoring" / f"{seed}.csv").write_text(text, encoding="utf-8")
    land(project / "landing")
    result = leadscore(
        "score", "--date", SCORE_DATE.isoformat(), "--json", "--project-dir", project
    )
    assert result.returncode == 0, result.stderr

    first_purchase: dict[str, date] = {}
    for row in read("student_purchases.csv"):
        day = moment(row["date_purchased"]).date()
        lead = row["student_id"]
        first_purchase[lead] = min(day, first_purchase.get(lead, day))
    return Funnel(project / "published", first_purchase, json.loads(result.stdout))


def test_everyone_who_had_registered_by_the_score_date_has_a_score(funnel: Funnel) -> None:
    assert funnel.rows("select count(*), count(score) from lead_scores") == [(24_478, 24_478)]


def test_intake_of_the_real_funnel_adds_up(funnel: Funnel) -> None:
    rows = {
        row[0]: row[1:]
        for row in funnel.rows(
            "select source_table, raw, activities, duplicates, quarantined, waiting, future, "
            "voided, erased from intake_counts"
        )
    }
    for table, (raw, *parts) in rows.items():
        assert raw == sum(parts), table
    assert rows["leads"][0] == 40_979
    assert rows["events"][0] == 74_246
    assert rows["conversions"][0] == 5_922


def test_no_fact_after_the_score_date_enters_a_score(funnel: Funnel) -> None:
    ((latest, events),) = funnel.rows(
        "select max(last_activity_date), cast(sum(units) as bigint) from lead_score_contributions "
        "where kind = 'rule'"
    )
    registered = {
        row["student_id"]
        for row in read("student_info.csv")
        if moment(row["date_registered"]).date() <= SCORE_DATE
    }
    days_by_then = {
        (row["student_id"], row["date_watched"])
        for row in read("student_engagement.csv")
        if moment(row["date_watched"]).date() <= SCORE_DATE and row["student_id"] in registered
    }
    assert latest <= SCORE_DATE
    assert events == len(days_by_then)


def test_the_most_engaged_tenth_buys_at_least_twice_as_often_as_the_average(funnel: Funnel) -> None:
    open_leads = [
        lead
        for (lead,) in funnel.rows(
            "select lead_id from lead_scores order by engagement_score desc, lead_id"
        )
        if funnel.first_purchase.get(lead, date.max) > SCORE_DATE
    ]
    assert len(open_leads) == 22_686

    def share_of_buyers(leads: list[str]) -> float:
        last_day = SCORE_DATE + HORIZON
        return sum(funnel.first_purchase.get(lead, date.max) <= last_day for lead in leads) / len(
            leads
        )

    lift = share_of_buyers(open_leads[: len(open_leads) // 10]) / share_of_buyers(open_leads)
    print(f"lift of the most engaged tenth over 90 days: {lift:.2f}")
    assert lift >= 2
