"""Who is one person: the models' own SQL on random records, beside a plain union-find."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import duckdb
import pytest
from conftest import REPOSITORY, compiled_models, copy_project
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

MODELS = (
    "int_identifiers",
    "int_shared_identifiers",
    "int_record_pairs",
    "int_record_groups",
    "int_lead_members",
    "int_record_leads",
    "int_email_leads",
)
LARGEST_GROUP = 100
START = datetime(2024, 1, 1)

# A record: its id, its age, its e-mail, its id in another system.
Record = tuple[str, datetime, str | None, str | None]
Merge = tuple[str, str]


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The SQL of the models, as dbt hands it to DuckDB."""
    project = copy_project(tmp_path_factory.mktemp("identity") / "project")
    return compiled_models(project, *MODELS)


class People:
    """A database in memory that has the models' names, and records put in by hand."""

    def __init__(self, compiled: dict[str, str]) -> None:
        self._compiled = compiled
        self.connection = duckdb.connect()
        self.connection.execute("attach ':memory:' as lead_scoring; use lead_scoring")
        for schema in ("control", "intermediate", "seeds"):
            self.connection.execute(f"create schema {schema}")
        for seed in ("identity_rules", "shared_addresses"):
            self.connection.execute(
                f"create table seeds.{seed} as select * from read_csv(?, header = true)",
                [str(REPOSITORY / "seeds" / "reference" / f"{seed}.csv")],
            )
        self.connection.execute(
            "create table control.run as select date '2024-06-30' as score_date;"
            "create table intermediate.int_lead_records (source_system varchar, "
            "source_record_id varchar, record_id varchar, normalized_email varchar, "
            "created_at timestamp);"
            "create table intermediate.int_lead_deliveries (record_id varchar, "
            "intake_status varchar);"
            "create table intermediate.int_source_identifiers (record_id varchar, "
            "identifier_type varchar, identifier_value varchar);"
            "create table intermediate.int_source_merges (record_id varchar, "
            "merged_record_id varchar, merged_at timestamp)"
        )

    def resolve(self) -> None:
        """Build every model from what is in the tables."""
        for model in MODELS:
            self.connection.execute(
                f"create or replace table intermediate.{model} as {self._compiled[model]}"
            )

    def of(self, records: Sequence[Record], merges: Sequence[Merge]) -> dict[str, str]:
        """The lead of every record, by the records' ids."""
        for table in ("int_lead_records", "int_source_identifiers", "int_source_merges"):
            self.connection.execute(f"delete from intermediate.{table}")
        for record_id, created_at, email, user_id in records:
            self.connection.execute(
                "insert into intermediate.int_lead_records values ('s', ?, ?, ?, ?)",
                [record_id, record_id, email, created_at],
            )
            if user_id:
                self.connection.execute(
                    "insert into intermediate.int_source_identifiers values (?, 'user_id', ?)",
                    [record_id, user_id],
                )
        for kept, merged in merges:
            self.connection.execute(
                "insert into intermediate.int_source_merges values (?, ?, null)", [kept, merged]
            )
        self.resolve()
        rows = self.connection.execute(
            "select record_id, lead_id from intermediate.int_record_leads"
        ).fetchall()
        assert len(rows) == len({record_id for record_id, _ in rows})
        return dict(rows)


@pytest.fixture(scope="module")
def people(compiled: dict[str, str]) -> Iterator[People]:
    opened = People(compiled)
    yield opened
    opened.connection.close()


def union_find(records: Sequence[Record], merges: Sequence[Merge]) -> dict[str, str]:
    """The same by hand: groups by what is shared, named by the oldest record that is there."""
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        parent.setdefault(name, name)
        while parent[name] != name:
            name = parent[name]
        return name

    sharing: dict[tuple[str, str], list[str]] = defaultdict(list)
    for record_id, _, email, user_id in records:
        root(record_id)
        if email and not email.startswith("info@"):
            sharing["email", email].append(record_id)
        if user_id:
            sharing["user_id", user_id].append(record_id)
    for together in sharing.values():
        for other in together[1:]:
            parent[root(together[0])] = root(other)
    for kept, merged in merges:
        parent[root(kept)] = root(merged)
    oldest: dict[str, tuple[datetime, str]] = {}
    for record_id, created_at, _, _ in records:
        key = root(record_id)
        oldest[key] = min(oldest.get(key, (created_at, record_id)), (created_at, record_id))
    return {name: oldest[root(name)][1] for name in list(parent) if root(name) in oldest}


@st.composite
def companies(draw: st.DrawFn) -> tuple[list[Record], list[Merge]]:
    names = [f"r{number}" for number in range(draw(st.integers(1, 9)))]
    emails = [None, "a@x.y", "b@x.y", "info@x.y"]
    records = [
        (
            name,
            START + timedelta(days=draw(st.integers(0, 2))),
            draw(st.sampled_from(emails)),
            draw(st.sampled_from([None, None, "1", "2"])),
        )
        for name in names
    ]
    anyone = st.sampled_from([*names, "gone1", "gone2"])
    return records, draw(st.lists(st.tuples(anyone, anyone), max_size=5))


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(company=companies(), random=st.randoms(use_true_random=False))
def test_leads_are_the_groups_of_a_union_find_whatever_the_order_of_rows(
    people: People, company: tuple[list[Record], list[Merge]], random
) -> None:
    records, merges = company
    # A merge with itself joins nothing, and tells of no record.
    expected = union_find(records, [merge for merge in merges if merge[0] != merge[1]])
    assert people.of(records, merges) == expected
    random.shuffle(records)
    random.shuffle(merges)
    assert people.of(records, merges) == expected


def test_a_chain_of_merges_ends_at_one_lead_also_where_its_links_are_deleted(
    people: People,
) -> None:
    chain = [f"m{number:02}" for number in range(21)]
    records: list[Record] = [
        (chain[0], START, None, None),
        (chain[-1], START - timedelta(days=1), None, None),
    ]
    merges = [(chain[i], chain[i + 1]) for i in range(20)] + [(chain[-1], chain[0])]
    assert set(people.of(records, merges).values()) == {chain[-1]}
    assert len(people.of(records, merges)) == 21


def test_a_thousand_records_with_one_email_are_told_and_joined_by_nothing(people: People) -> None:
    records: list[Record] = [(f"r{i}", START, "everybody@x.y", None) for i in range(1000)]
    leads = people.of(records, [])
    assert all(lead == record for record, lead in leads.items())
    assert people.connection.execute(
        "select records, reason from intermediate.int_shared_identifiers"
    ).fetchall() == [(1000, "more records have it than one person would")]
    assert people.connection.execute(
        "select count(*) from intermediate.int_email_leads"
    ).fetchone() == (0,)


def test_whom_only_events_name_is_no_lead_but_leads_to_the_person_of_the_same_id(
    people: People,
) -> None:
    people.of([("segment:7", START, None, "7"), ("hubspot:1", START, None, None)], [])
    people.connection.execute(
        "insert into intermediate.int_source_identifiers values "
        "('snowplow:7', 'user_id', '7'), ('snowplow:8', 'user_id', '8')"
    )
    people.resolve()
    assert people.connection.execute(
        "select record_id, lead_id from intermediate.int_record_leads order by all"
    ).fetchall() == [
        ("hubspot:1", "hubspot:1"),
        ("segment:7", "segment:7"),
        ("snowplow:7", "segment:7"),
    ]
    assert people.connection.execute(
        "select record_id from intermediate.int_lead_members order by all"
    ).fetchall() == [("hubspot:1",), ("segment:7",)]


def seconds_for(people: People, records: int) -> float:
    """Seconds to resolve so many records, with three identifiers each and chains of up to 20."""
    people.connection.execute("delete from intermediate.int_source_identifiers")
    people.connection.execute("delete from intermediate.int_source_merges")
    people.connection.execute("set threads = 2")
    people.connection.execute("set memory_limit = '4GB'")
    people.connection.execute(
        "create or replace table intermediate.int_lead_records as select 's' as source_system, "
        "'r' || hash(i) as source_record_id, 'r' || hash(i) as record_id, "
        "'p' || (i // 2) || '@x.y' as normalized_email, "
        f"timestamp '2024-01-01' + to_seconds(hash(i) % 1000000) as created_at "
        f"from range({records}) as numbers(i)"
    )
    people.connection.execute(
        "insert into intermediate.int_source_identifiers "
        "select 'r' || hash(i), 'user_id', 'u' || ((i + 1) // 2 + (i // 20) * 20) "
        f"from range({records}) as numbers(i) "
        "union all select 'r' || hash(i), 'hubspot_contact_id', 'h' || i "
        f"from range({records}) as numbers(i)"
    )
    started = time.perf_counter()
    people.resolve()
    return time.perf_counter() - started


@pytest.mark.full
def test_a_million_records_in_chains_resolve_within_a_minute(compiled: dict[str, str]) -> None:
    people = People(compiled)
    small = seconds_for(people, 10_000)
    large = seconds_for(people, 1_000_000)
    longest = people.connection.execute(
        "select max(members), count(distinct lead_id) from intermediate.int_lead_members"
    ).fetchone()
    people.connection.close()
    print(f"10,000 records {small:.2f} s, 1,000,000 records {large:.2f} s, longest {longest}")
    assert longest is not None
    assert longest[0] >= 20
    assert large < 60
