"""The same people and events give the same points, whatever systems saw them and on what day."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import EVERY_SOURCE
from daily_runs import Row, Workshop, differences

from orchestration.sample_data import marketing as m
from orchestration.sample_data import platforms as p

DAY = date(2024, 3, 20)
PAGES = ("/pricing", "/demo", "/customers/acme", "/security", "/careers", "/blog/a")
ASSETS = {
    "page_view": PAGES,
    "form_submission": ("/demo", "/contact", "/signup", "/ebook"),
    "content_download": ("/files/buyers-guide.pdf", "/files/security-paper.pdf"),
    "survey_response": ("buying-plans-2024", "nps"),
}
MAILS = ("email_delivered", "email_open", "email_click", "email_bounce", "email_unsubscribe")
TYPES = (
    *("page_view", "page_view", "page_view", "page_view", "form_submission", *MAILS),
    *("content_download", "webinar_registration", "webinar_attendance", "event_attendance"),
    *("survey_response", "poll_vote", "chat", "meeting", "call", "ad_click", "list_subscription"),
)
CARRIED = {
    "hubspot": set(p.HUBSPOT_TYPES),
    "segment": set(TYPES),
    "snowplow": set(p.SNOWPLOW_TYPES),
    "marketo": set(TYPES) & set(m.MARKETO_TYPES),
    "pardot": set(TYPES) & set(m.PARDOT_TYPES),
    "activecampaign": set(TYPES) & set(m.ACTIVECAMPAIGN_TYPES),
    "salesforce": set(TYPES) & set(m.SALESFORCE_TYPES),
}
NAME_PEOPLE_BY_RECORD = {
    "hubspot": (p.hubspot_people, p.hubspot_events),
    "marketo": (m.marketo_people, m.marketo_events),
    "pardot": (m.pardot_people, m.pardot_events),
    "activecampaign": (m.activecampaign_people, m.activecampaign_events),
    "salesforce": (m.salesforce_people, m.salesforce_events),
}
# What two systems may see of one thing, in seconds; seeds/reference/counted_once.csv has more.
SEEN_TWICE_WITHIN = {"page_view": 20, "form_submission": 60, "email_open": 40, "email_click": 40}
CARRY_THE_USER = {"hubspot", "marketo", "salesforce"}  # the id that trackers know
KNOWS_PEOPLE = (*NAME_PEOPLE_BY_RECORD, "segment")
TELL_MACHINES = ("page_view", "email_open", "email_click")  # in all systems that tell them


@dataclass
class World:
    """What really happened: people and their events as rows of source `custom`."""

    random: random.Random
    people: list[Row] = field(default_factory=list)
    events: list[Row] = field(default_factory=list)

    @classmethod
    def drawn(cls, seed: int, types: set[str] = CARRIED["segment"]) -> World:
        """Eight people; events of one person are far enough apart to be different ones."""
        world = cls(random.Random(seed))
        for number in range(8):
            lead = {"lead_id": f"L{number}", "email": f"p{number}@x{number}.io"}
            world.people.append(lead | {"created_at": datetime(2023, 9, 1 + number)})
            moments = world.random.sample(range(180 * 24), 26)
            for order, hours in enumerate(sorted(moments)):
                kinds = [kind for kind in TYPES if kind in types]
                kind = kinds[0] if order < 2 else world.random.choice(kinds)
                world.events.append(world._event(number, hours, kind, order))
        return world

    def _event(self, number: int, hours: int, kind: str, order: int) -> Row:
        at = datetime(2023, 9, 24) + timedelta(hours=hours, minutes=self.random.randrange(50))
        event = {
            "event_id": f"e{number}-{order}",
            "lead_id": f"L{number}",
            "event_type": kind,
            "asset": self.random.choice(ASSETS.get(kind, (None,))),
            "occurred_at": at,
            "loaded_at": at + timedelta(minutes=5),
            "user_agent": "Mozilla/5.0 Firefox/120",
        }
        if kind in TELL_MACHINES and self.random.random() < 0.15:
            event["user_agent"] = p.CRAWLER
        if kind == "list_subscription":
            event["asset"] = f"list {order}"
        if kind == "page_view" and order == 0:
            event["anonymous_id"] = f"cookie{number}"  # who the visitor is
        elif kind == "page_view" and self.random.random() < 0.4:
            event |= {"anonymous_id": f"cookie{number}", "lead_id": None}
        return event


def as_custom(world: World) -> dict[str, p.Tables]:
    return {"custom": {"leads": world.people, "events": world.events}}


def spread(world: World, sources: tuple[str, ...]) -> dict[str, p.Tables]:
    """Each event in a system that can tell it, some in two; people in those that know people."""
    names = p.Names(world.people, world.events)
    knowing = [source for source in sources if source in KNOWS_PEOPLE]
    known = {
        person["lead_id"]: {
            *world.random.sample(knowing, world.random.randint(1, len(knowing))),
            *(source for source in knowing if source in NAME_PEOPLE_BY_RECORD),
            *(["segment"] if "segment" in knowing and not CARRY_THE_USER & set(sources) else []),
        }
        for person in world.people
    }
    web = [source for source in sources if "page_view" in CARRIED[source]]
    tracker = {
        f"cookie{number}": world.random.choice(web) for number in range(len(world.people)) if web
    }
    told: dict[str, list[Row]] = {source: [] for source in sources}
    for event in world.events:
        able = [source for source in sources if event["event_type"] in CARRIED[source]]
        if event.get("anonymous_id"):
            able = [tracker[event["anonymous_id"]]] if web else []
        first = world.random.choice(able)
        told[first].append(event)
        others = [source for source in able if source != first]
        within = SEEN_TWICE_WITHIN.get(event["event_type"])
        if others and within and world.random.random() < 0.5:
            shift = timedelta(seconds=world.random.randrange(within))
            told[others[0]].append(event | {"occurred_at": event["occurred_at"] + shift})
    people = {
        source: [person for person in world.people if source in known[person["lead_id"]]]
        for source in knowing
    }
    exported: dict[str, p.Tables] = {}
    for source, (as_people, as_events) in NAME_PEOPLE_BY_RECORD.items():
        if source in sources:
            exported[source] = p.merged(
                as_people(people[source], names), as_events(told[source], names)
            )
    if "segment" in sources:
        exported["segment"] = p.merged(
            p.segment_people(people["segment"], names), p.segment_events(told["segment"], names)
        )
    if "snowplow" in sources:
        exported["snowplow"] = p.snowplow_events(told["snowplow"], names)
    return exported


def engagement(workshop: Workshop, exported: dict[str, p.Tables]) -> dict[tuple[str, str], float]:
    """Each person's points by rule, and the score that they make, by e-mail."""
    workshop.clear()
    landing = workshop.settings.landing
    for source, tables in exported.items():
        for table, rows in tables.items():
            if rows:
                land(landing / source / table, rows)
    at_work = replace(workshop, settings=replace(workshop.settings, sources=tuple(exported)))
    at_work.run(DAY)
    points = at_work.rows(
        "select leads.email, points.rule_id, points.raw_points "
        "from marts.lead_score_contributions as points "
        "inner join marts.dim_leads as leads on points.lead_id = leads.lead_id "
        "where points.model_version = 'b2b_v1' and points.dimension = 'engagement' "
        "and points.kind = 'rule' and points.rule_id <> 'time_on_site'"
    )
    duplicates = at_work.rows(
        "select sum(duplicates)::bigint from marts.intake_counts where source_table <> 'leads'"
    )
    assert at_work.rows("select count(*) from marts.lead_scores") == [(8,)]
    return {(email, rule): raw for email, rule, raw in points} | {
        ("everybody", "duplicates"): float(duplicates[0][0])
    }


def land(folder: Path, rows: list[Row], name: str = "all") -> None:
    columns = dict.fromkeys(c for row in rows for c in row if row[c] is not None)
    table = pa.Table.from_pylist([{c: row.get(c) for c in columns} for row in rows])
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, folder / f"{name}.parquet")


def assert_same_points(
    workshop: Workshop, seed: int, sources: tuple[str, ...], types: set[str] | None = None
) -> float:
    """Returns how many rows were seen as repeated."""
    wanted = types or CARRIED["segment"]
    expected = engagement(workshop, as_custom(World.drawn(seed, wanted)))
    found = engagement(workshop, spread(World.drawn(seed, wanted), sources))
    expected.pop(("everybody", "duplicates"))
    repeated = found.pop(("everybody", "duplicates"))
    different = {
        key: (expected.get(key), found.get(key))
        for key in expected.keys() | found.keys()
        if expected.get(key) != pytest.approx(found.get(key), abs=1e-6)
    }
    assert not different, f"seed {seed}, {sources}: {different}"
    assert len({rule for _, rule in expected}) >= 5
    return repeated


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    return Workshop.in_folder(tmp_path_factory.mktemp("any_source"), EVERY_SOURCE)


def test_three_systems_that_overlap_give_the_points_of_own_tables(workshop: Workshop) -> None:
    assert assert_same_points(workshop, 1, ("hubspot", "segment", "snowplow")) > 0


@pytest.mark.full
@pytest.mark.parametrize("seed", [2, 3, 4])
@pytest.mark.parametrize(
    "sources",
    [
        *(("segment",), ("hubspot", "segment"), ("segment", "snowplow")),
        *(("segment", "marketo"), ("segment", "pardot", "salesforce")),
        *(("segment", "activecampaign"), tuple(CARRIED)),
    ],
    ids=lambda sources: "+".join(sources),
)
def test_any_mix_of_systems_gives_the_points_of_own_tables(
    workshop: Workshop, seed: int, sources: tuple[str, ...]
) -> None:
    assert_same_points(workshop, seed, sources)


@pytest.mark.full
@pytest.mark.parametrize("seed", [5, 6])
@pytest.mark.parametrize("source", NAME_PEOPLE_BY_RECORD)
def test_a_platform_alone_gives_the_points_of_own_tables(
    workshop: Workshop, seed: int, source: str
) -> None:
    assert_same_points(workshop, seed, (source,), CARRIED[source])


# --- day by day -----------------------------------------------------------------------------------


def deliver_in_days(
    landing: Path, exported: dict[str, p.Tables], chance: random.Random, days: int
) -> Iterator[int]:
    """Land each row on some day, whatever came first in truth; some again on a later day.

    A table comes as a file a day, or as one file that is written again with what is new.
    """
    tables = [
        (landing / source / table, chance.sample(rows, len(rows)), chance.random() < 0.3)
        for source, tables in exported.items()
        for table, rows in tables.items()
        if rows
    ]
    for day in range(days):
        for folder, rows, is_rewritten in tables:
            # The first rows of all come on the first day: an empty landing scores nobody.
            begin, end = (-(-len(rows) * at // days) for at in (day, day + 1))
            begin = 0 if is_rewritten else begin
            repeated = chance.sample(rows[:begin], min(begin, 2))
            if begin < end:
                name = "all" if is_rewritten else f"day{day}"
                land(folder, rows[begin:end] + repeated, name)
        yield day


def assert_same_marts_day_by_day(
    workshop: Workshop, seed: int, sources: tuple[str, ...], days: int
) -> None:
    workshop.clear()
    exported = spread(World.drawn(seed), sources)
    at_work = replace(workshop, settings=replace(workshop.settings, sources=sources))
    landing, chance = workshop.settings.landing, random.Random(seed)
    for number in deliver_in_days(landing, exported, chance, days):
        at_work.run(DAY + timedelta(days=number))
    last = DAY + timedelta(days=days - 1)
    marts = at_work.marts()
    assert len(marts["lead_score_contributions"]) > 50
    found = differences(at_work.marts_of_an_empty_warehouse(last), marts)
    shown = "\n".join(found[:40])
    assert not found, f"seed {seed}, {sources}: {len(found)} differences\n{shown}"


def test_three_systems_day_by_day_are_as_good_as_one_run(workshop: Workshop) -> None:
    assert_same_marts_day_by_day(workshop, 1, ("hubspot", "segment", "snowplow"), days=2)


@pytest.mark.full
@pytest.mark.parametrize("seed", [2, 3, 4])
def test_all_systems_day_by_day_are_as_good_as_one_run(workshop: Workshop, seed: int) -> None:
    assert_same_marts_day_by_day(workshop, seed, tuple(CARRIED), days=5)
