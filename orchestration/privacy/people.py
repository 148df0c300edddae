"""Who is to be erased: every id and address by which rows of theirs can be told from others."""

# ruff: noqa: S608 - parts of queries that stand here, no text from elsewhere

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from orchestration import warehouse

if TYPE_CHECKING:
    import duckdb

Kind = Literal["record", "email", "visitor"]
KINDS: tuple[Kind, ...] = ("record", "email", "visitor")

_REQUESTS = """
from staging.stg_custom__privacy_requests as requests
cross join control.run
where requests.request = 'erase' and requests.quarantine_reason is null
    and requests.requested_at < run.score_date + interval 1 day
"""
VISITOR = (
    "case when source_system = 'custom' then anonymous_id "
    "else source_system || ':' || anonymous_id end"
)
"""SQL for what a visitor is called here: one of another system has its source in front."""

_FOUND = f"""
select kind, name from intermediate.int_requested_names where is_erased
union select 'visitor', {VISITOR} from intermediate.int_requested_visitors where is_erased
"""
_ELSEWHERE = """
with erased as (
    select lead_id from intermediate.int_leads where is_erased
)
select records.source_system, records.source_table, count(*) as rows
from intermediate.int_lead_records as records
inner join intermediate.int_lead_members as members using (record_id)
where records.source_system <> 'custom' and members.lead_id in (from erased)
group by all
union all
select source_system, source_table, sum(activities + voided + future)
from intermediate.int_identity_owners
where source_system <> 'custom' and is_erased
group by all
order by all
"""
# What only leads of your own tables are made of; people of other systems wait for the operator.
_DONE = f"""
with elsewhere as (
    select leads.lead_id
    from intermediate.int_leads as leads
    inner join intermediate.int_lead_members as members using (lead_id)
    where leads.is_erased and members.source_system <> 'custom'
    union
    select leads.lead_id
    from intermediate.int_leads as leads
    inner join intermediate.int_identity_owners as owners using (lead_key)
    where leads.is_erased and owners.source_system <> 'custom'
)
select requests.record_id, requests.normalized_email
{_REQUESTS}
and not exists (
    select 1 from intermediate.int_lead_members as members
    where members.lead_id in (from elsewhere) and (
        members.record_id = requests.record_id
        or members.normalized_email = requests.normalized_email
    )
)
"""


@dataclass(frozen=True)
class People:
    """What rows of these people carry.

    A `record` is a lead id of your own tables, an `email` is normalised, a `visitor` is an
    anonymous id, of another system with its source in front.

    `done` are the records and addresses whose requests may be forgotten too: the
    others' are needed until an operator has deleted the people from the tables of other systems.
    """

    record: frozenset[str] = frozenset()
    email: frozenset[str] = frozenset()
    visitor: frozenset[str] = frozenset()
    done: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.record or self.email or self.visitor)

    def __or__(self, other: People) -> People:
        return People(*(getattr(self, name) | getattr(other, name) for name in vars(self)))

    def values(self) -> Iterable[tuple[Kind, str]]:
        """Each kind and value, in one order."""
        for kind in KINDS:
            for value in sorted(getattr(self, kind)):
                yield kind, value

    def to_json(self) -> str:
        """Return what `from_json` reads."""
        return json.dumps({name: sorted(values) for name, values in vars(self).items()})

    @classmethod
    def from_json(cls, text: str) -> People:
        """Read what `to_json` wrote."""
        return cls(**{name: frozenset(values) for name, values in json.loads(text).items()})

    @classmethod
    def of(cls, values: Iterable[tuple[str, str | None]], done: Iterable[str] = ()) -> People:
        """Gather pairs of a kind and a value; empty values are nobody's."""
        found: Mapping[str, set[str]] = {kind: set() for kind in KINDS}
        for kind, value in values:
            if value:
                found[kind].add(value)
        return cls(
            *(frozenset(found[kind]) for kind in KINDS),
            done=frozenset(done),
        )


@dataclass(frozen=True)
class Elsewhere:
    """Rows of people who asked to be erased in a table that is not ours to change."""

    source: str
    table: str
    rows: int


def asked(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether somebody asked to be erased and still stands in a request.

    No, where the tables that tell who it is are gone: an erasure drops them, and a publish that is
    tried again comes after it.
    """
    if not warehouse.has_table(connection, "intermediate", "int_requested_names"):
        return False
    row = connection.execute(f"select 1 {_REQUESTS} limit 1").fetchone()
    return row is not None


def find(connection: duckdb.DuckDBPyConnection) -> tuple[People, list[Elsewhere]]:
    """Return who asked to be erased, by the run that has just ended, and where else they stand."""
    values = connection.execute(_FOUND).fetchall()
    done = [value for row in connection.execute(_DONE).fetchall() for value in row if value]
    elsewhere = [Elsewhere(*row) for row in connection.execute(_ELSEWHERE).fetchall()]
    return People.of(values, done), elsewhere
