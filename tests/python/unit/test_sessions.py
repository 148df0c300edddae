"""Sessions from page views: the models' own SQL on random visits, without dbt in between."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import pytest
from conftest import REPOSITORY, compiled_models, copy_project
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestration import warehouse

MIDNIGHT = datetime(2024, 3, 2)
QUIET = timedelta(minutes=30)
LAST_PAGE_SECONDS = 60
LONGEST_PAGE_SECONDS = 1800
MODELS = ("int_session_pages", "int_sessions", "int_session_activities")
SHAPE = (
    "source_system, event_id, anonymous_id, record_id, normalized_email, campaign, "
    "duration_seconds, is_ping, is_automated, asset, occurred_at"
)


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The SQL of the models of sessions, as dbt hands it to DuckDB."""
    project = copy_project(tmp_path_factory.mktemp("sessions") / "project")
    return compiled_models(project, "fqn:intermediate.sessions")


class Sessions:
    """A database in memory that has the models' names, and page views put in by hand."""

    def __init__(self, compiled: dict[str, str]) -> None:
        self._compiled = compiled
        self.connection = duckdb.connect()
        self.connection.execute("attach ':memory:' as lead_scoring; use lead_scoring")
        for schema in ("intermediate", "seeds"):
            self.connection.execute(f"create schema {schema}")
        self.connection.execute(
            "create table seeds.session_settings as select * from read_csv(?, header = true)",
            [str(REPOSITORY / "seeds" / "reference" / "session_settings.csv")],
        )
        self.connection.execute(
            "create table intermediate.int_own_session_days "
            "(source_system varchar, first_session_date date)"
        )
        self.connection.execute(
            "create table page_views (source_system varchar, event_id varchar, "
            "anonymous_id varchar, record_id varchar, normalized_email varchar, campaign varchar, "
            "duration_seconds double, is_ping boolean, is_automated boolean, asset varchar, "
            "occurred_at timestamp)"
        )
        self.connection.execute(
            "create view intermediate.int_session_page_views as select *, "
            "hash(source_system, anonymous_id, case when anonymous_id is null then record_id end, "
            "case when coalesce(anonymous_id, record_id) is null then normalized_email end) "
            "as visitor_key, hash(source_system, event_id) as event_key, "
            "hash(source_system, record_id, normalized_email, anonymous_id) as identity_key, "
            "hash(asset) as signature_key, campaign as campaign_key from page_views"
        )

    def of(self, pages: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """The sessions of these page views, in the order of their keys."""
        self.connection.execute("delete from page_views")
        if pages:
            names = SHAPE.split(", ")
            self.connection.executemany(
                f"insert into page_views ({SHAPE}) values ({', '.join('?' * len(names))})",
                [[page[name] for name in names] for page in pages],
            )
        for model in MODELS:
            self.connection.execute(
                f"create or replace table intermediate.{model} as {self._compiled[model]}"
            )
        return warehouse.dicts(
            self.connection, "select * from intermediate.int_sessions order by all"
        )


@pytest.fixture(scope="module")
def sessions(compiled: dict[str, str]) -> Iterator[Sessions]:
    made = Sessions(compiled)
    yield made
    made.connection.close()


# Two days around midnight, with gaps of all sizes and many visits at one instant.
MOMENTS = st.one_of(
    st.integers(-90, 90).map(lambda minutes: MIDNIGHT + timedelta(minutes=minutes)),
    st.integers(-5400, 5400).map(lambda seconds: MIDNIGHT + timedelta(seconds=seconds)),
)
PAGE = st.fixed_dictionaries(
    {
        "source_system": st.sampled_from(["custom", "segment"]),
        "anonymous_id": st.sampled_from(["v", "v", "w", None]),
        "record_id": st.sampled_from([None, None, "r", "v"]),
        "normalized_email": st.just("a@b.c"),
        "campaign": st.sampled_from([None, None, None, "spring", "summer"]),
        "duration_seconds": st.sampled_from([None, None, 0.0, 12.5, 5000.0]),
        "is_ping": st.sampled_from([False, False, False, True]),
        "is_automated": st.booleans(),
        "asset": st.sampled_from([None, "/", "/pricing"]),
        "occurred_at": MOMENTS,
    }
)
PAGES = st.lists(PAGE, max_size=14).map(
    lambda pages: [page | {"event_id": f"e{i}"} for i, page in enumerate(pages)]
)
ON_RANDOM_VISITS = settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def visitor(row: dict[str, Any]) -> tuple[str, ...]:
    """The source and the id by which a visitor is known."""
    for name in ("anonymous_id", "record_id", "normalized_email"):
        if row[name] is not None:
            return (row["source_system"], name, row[name])
    raise AssertionError(row)


def by_hand(pages: Sequence[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """Sessions as the documentation tells them: visitor, start, end, pages, seconds, campaign."""
    found: list[list[dict[str, Any]]] = []
    for page in sorted(pages, key=lambda page: (visitor(page), page["occurred_at"])):
        last = found[-1][-1] if found else None
        campaigns = [p["campaign"] for p in found[-1] if p["campaign"]] if found else []
        if (
            last is not None
            and visitor(last) == visitor(page)
            and last["occurred_at"].date() == page["occurred_at"].date()
            and page["occurred_at"] - last["occurred_at"] < QUIET
            and (not page["campaign"] or page["campaign"] in campaigns[-1:])
        ):
            found[-1].append(page)
        else:
            found.append([page])
    rows = []
    for session in found:
        opened = [page for page in session if not page["is_ping"]]
        moments = [page["occurred_at"] for page in session]
        gaps = [(b - a).total_seconds() for a, b in pairwise(moments)]
        given_seconds = session[-1]["duration_seconds"]
        at_the_end = LAST_PAGE_SECONDS if given_seconds is None else given_seconds
        seconds = sum(min(gap, LONGEST_PAGE_SECONDS) for gap in gaps)
        seconds += 0 if session[-1]["is_ping"] else min(at_the_end, LONGEST_PAGE_SECONDS)
        campaign = next((page["campaign"] for page in session if page["campaign"]), None)
        if opened:
            rows.append(
                (visitor(session[0]), moments[0], moments[-1], len(opened), seconds, campaign)
            )
    return sorted(rows, key=str)


@given(pages=PAGES)
@ON_RANDOM_VISITS
def test_sessions_are_those_that_a_plain_loop_finds(
    sessions: Sessions, pages: list[dict[str, Any]]
) -> None:
    # Pages of one instant have an order of their own, which the loop does not know.
    apart = list({(visitor(page), page["occurred_at"]): page for page in pages}.values())
    found = [
        (
            visitor(row),
            row["started_at"],
            row["ended_at"],
            row["pages"],
            row["duration_seconds"],
            row["campaign_key"],
        )
        for row in sessions.of(apart)
    ]
    assert sorted(found, key=str) == by_hand(apart)


@given(pages=PAGES, data=st.data())
@ON_RANDOM_VISITS
def test_the_order_of_rows_does_not_matter(
    sessions: Sessions, pages: list[dict[str, Any]], data: st.DataObject
) -> None:
    assert sessions.of(pages) == sessions.of(data.draw(st.permutations(pages)))


@given(pages=PAGES, late=PAGE)
@ON_RANDOM_VISITS
def test_a_late_event_changes_only_sessions_of_its_visitor_and_day(
    sessions: Sessions, pages: list[dict[str, Any]], late: dict[str, Any]
) -> None:
    late = late | {"event_id": "late"}
    place = (visitor(late), late["occurred_at"].date())

    def elsewhere(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [row for row in rows if (visitor(row), row["session_date"]) != place]

    assert elsewhere(sessions.of(pages)) == elsewhere(sessions.of([*pages, late]))


@given(pages=PAGES, late=PAGE)
@ON_RANDOM_VISITS
def test_a_late_event_without_campaign_renames_at_most_the_session_that_it_begins(
    sessions: Sessions, pages: list[dict[str, Any]], late: dict[str, Any]
) -> None:
    late = late | {"event_id": "late", "campaign": None, "is_ping": False}
    before = {row["session_key"] for row in sessions.of(pages)}
    after = {row["session_key"]: row for row in sessions.of([*pages, late])}
    new = [row for key, row in after.items() if key not in before]
    # Either a session of its own, or one that now begins earlier, or one whose pings it explains.
    assert len(new) <= 1
    # It may join two sessions: then the later one ends to be, and the first keeps its key.
    assert len(before - after.keys()) <= 2


@given(pages=PAGES)
@ON_RANDOM_VISITS
def test_every_page_is_in_one_session_and_every_session_has_a_key_and_an_activity(
    sessions: Sessions, pages: list[dict[str, Any]]
) -> None:
    rows = sessions.of(pages)
    keys = {row["session_key"] for row in rows}
    assert len(keys) == len(rows)
    assert sum(row["pages"] for row in rows) == sum(not page["is_ping"] for page in pages)
    events = sessions.connection.execute(
        "select session_key, duration_seconds from intermediate.int_session_activities"
    ).fetchall()
    assert {key for key, _ in events} == keys
    assert sum(seconds for _, seconds in events) == pytest.approx(
        60 * sum(row["minutes_on_site"] for row in rows)
    )


def page(event_id: str, minute: float, **changes: Any) -> dict[str, Any]:
    """A page view at ten o'clock and some minutes."""
    return {
        "source_system": "custom",
        "event_id": event_id,
        "anonymous_id": "v",
        "record_id": None,
        "normalized_email": None,
        "campaign": None,
        "duration_seconds": None,
        "is_ping": False,
        "is_automated": False,
        "asset": f"/{event_id}",
        "occurred_at": datetime(2024, 3, 1, 10) + timedelta(minutes=minute),
    } | changes


def test_a_late_page_before_all_others_gives_a_new_session_and_renames_none(
    sessions: Sessions,
) -> None:
    pages = [page("a", 60), page("b", 120)]
    before = {row["session_key"] for row in sessions.of(pages)}
    after = {row["session_key"] for row in sessions.of([page("early", 0), *pages])}
    assert before < after
    assert len(after) == 3


def test_a_late_page_that_fills_a_gap_joins_two_sessions_under_the_key_of_the_first(
    sessions: Sessions,
) -> None:
    pages = [page("a", 0), page("b", 40), page("c", 120)]
    first, second, third = sorted(sessions.of(pages), key=lambda row: row["started_at"])
    joined, last = sorted(
        sessions.of([*pages, page("late", 20)]), key=lambda row: row["started_at"]
    )
    assert (joined["session_key"], last["session_key"]) == (
        first["session_key"],
        third["session_key"],
    )
    assert second["session_key"] not in (joined["session_key"], last["session_key"])
    assert joined["pages"] == 3


def test_a_key_is_what_it_was_when_it_was_first_written(sessions: Sessions) -> None:
    (row,) = sessions.of([page("a", 0)])
    assert row["session_key"] == "f355c6391df36dff58a37797ab64cd70"


def test_the_documented_limits_are_those_of_the_seed() -> None:
    seed = Path(REPOSITORY / "seeds" / "reference" / "session_settings.csv").read_text("utf-8")
    assert f"quiet_minutes,{QUIET.seconds // 60}," in seed
    assert f"longest_page_seconds,{LONGEST_PAGE_SECONDS}," in seed
    assert f"last_page_seconds,{LAST_PAGE_SECONDS}," in seed
