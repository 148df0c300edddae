"""Writes a made-up company's year into a landing folder, for first steps, demonstrations and tests.

What it is like, of all rows in `events` unless said otherwise, for any number of leads (33 events a
lead):

* visits of about eight activities each, by the week and by office hours, growing over the year; one
  lead in 300 is very active; e-mails that lead to no visit stand alone
* one fifth is anonymous (it carries a visitor id only); half of that is claimed later by a link in
  `identities` or by an event that carries the visitor id together with the lead id
* 8 % are made by machines: crawlers, and scanners that click e-mails; half are flagged, half show a
  robot's user agent
* 2 % are repeated deliveries of an event, some corrected, some deleting it
* 5 % arrive late, more than a day and up to 20 days after they happened (`loaded_at`)
* 0.5 % are broken: without id, type, time or any identity, with a negative duration, from after
  their load time, or with a time in words, in a file whose times are text
* four people in a hundred have a second record with the same e-mail address, some lead rows are
  delivered twice, a few are deleted, and a few people asked not to be scored

Who converts is drawn from a propensity. Twelve times, at the end of each 30 days, each lead that
has not converted gets the probability to become an opportunity within the next 30 days

    p = 1 / (1 + exp(-z)), z = -6.3 + fit + behaviour

    fit       = 1.1 C-level, VP or director, or 0.5 manager, or -2.5 student
              + 0.7 marketing or sales
              + 0.7 software, IT or internet, or 0.4 banking, insurance or finance
              + 0.7 51 to 1,000 employees, or 0.5 more than 1,000
              + 0.4 plans 25 seats or more
              - 0.9 free or university e-mail, or 3.0 disposable e-mail
    behaviour = 0.8 log(1 + views of pricing and demo pages)
              + 1.7 asked for a demo, a contact or a trial
              + 0.5 log(1 + days with a visit, 8 at most)
              + 0.7 attended a webinar
              + 0.4 log(1 + downloads)
              + 0.8 answered the survey on buying plans

with behaviour of the 45 days before, by people and not by machines; visits that are claimed later
count. Competitors, own staff and test records never convert. Everything in it can be seen in the
tables, so rules can find it; the probabilities themselves are written nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.sample_data import schemas, systems, tables
from orchestration.sample_data.activity import BY_VISITOR, DAY, HUMAN, NOBODY
from orchestration.sample_data.delivery import deliver
from orchestration.sample_data.outcomes import draw_conversions
from orchestration.sample_data.people import draw_accounts, draw_people
from orchestration.sample_data.year import draw_year

SOURCE = "custom"


@dataclass(frozen=True)
class SampleReport:
    """What was written. Shares are of the rows in `events`; `claimed` is part of `anonymous`."""

    folder: Path
    end_date: date
    leads: int
    lead_records: int
    accounts: int
    events: int
    event_files: int
    opportunities: int
    customers: int
    anonymous: float
    claimed: float
    automated: float
    repeated: float
    late: float
    broken: float

    def __str__(self) -> str:
        return (
            f"{self.leads:,} leads in {self.lead_records:,} records, {self.events:,} events in "
            f"{self.event_files} files, {self.opportunities} opportunities and {self.customers} "
            f"customers, up to {self.end_date}, in {self.folder}"
        )


@dataclass(frozen=True)
class Company:
    """A company's year in memory: files by path below the source's folder, and what only the
    generator knows.

    `propensity` is each person's probability to become an opportunity within the year,
    `opportunity` whether it did, and `lead_ids` the id of each person's oldest record, all in the
    same order.
    """

    files: dict[str, pa.Table]
    report: SampleReport
    propensity: np.ndarray
    opportunity: np.ndarray
    lead_ids: list[str]


def build_company(end_date: date, seed: int = 7, leads: int = 3000) -> Company:
    """Draws a year that ends with `end_date` (its last second, UTC). The same arguments give the
    same company.
    """
    if leads < 50:
        raise ValueError(f"a company needs at least 50 leads, not {leads}")
    streams = [np.random.default_rng([seed, number]) for number in range(6)]
    end = int(datetime(end_date.year, end_date.month, end_date.day, tzinfo=UTC).timestamp()) + DAY
    accounts = draw_accounts(streams[0], max(10, leads * 3 // 10))
    people = draw_people(streams[1], leads, accounts)
    year = draw_year(streams[2], people, accounts, end)
    conversions, propensity = draw_conversions(streams[3], people, accounts, year, end)
    names = tables.draw_names(streams[4], people, year.created, end)
    lead_rows, changes = tables.lead_rows(
        streams[4], people, accounts, year, names, conversions, end
    )
    attributes = tables.attribute_rows(streams[4], people, year, names, end)
    privacy = tables.privacy_rows(streams[4], people, year, names, end)
    delivered = deliver(streams[5], year.done, people, names, end)

    files = {
        "leads/leads.parquet": tables.as_table(schemas.LEADS, lead_rows),
        "leads/changes.parquet": tables.as_table(schemas.LEADS, changes),
        "accounts/accounts.parquet": tables.as_table(
            schemas.ACCOUNTS, tables.account_rows(accounts, end)
        ),
        "lead_attributes/lead_attributes.parquet": tables.as_table(schemas.ATTRIBUTES, attributes),
        "identities/identities.parquet": tables.as_table(
            schemas.IDENTITIES, tables.identity_rows(people, year, names)
        ),
        "conversions/conversions.parquet": tables.as_table(
            schemas.CONVERSIONS, tables.conversion_rows(conversions, names)
        ),
        "privacy_requests/privacy_requests.parquet": tables.as_table(schemas.PRIVACY, privacy),
    }
    files |= {f"events/{path}": events for path, events in delivered.files.items()}
    unknown = year.done.identity == BY_VISITOR
    opportunity = np.zeros(leads, dtype=bool)
    opportunity[[step.person for step in conversions if step.stage == "opportunity"]] = True
    report = SampleReport(
        folder=Path(),
        end_date=end_date,
        leads=leads,
        lead_records=len(lead_rows),
        accounts=len(accounts),
        events=delivered.rows,
        event_files=len(delivered.files),
        opportunities=int(opportunity.sum()),
        customers=sum(step.stage == "customer" for step in conversions),
        anonymous=float(unknown.mean()),
        claimed=float((unknown & (year.done.person != NOBODY)).mean()),
        automated=float((year.done.machine != HUMAN).mean()),
        repeated=delivered.repeated / delivered.rows,
        late=delivered.late / delivered.rows,
        broken=delivered.broken / delivered.rows,
    )
    return Company(files, report, propensity, opportunity, names.lead)


def write_sample(
    landing: Path,
    end_date: date,
    seed: int = 7,
    leads: int = 3000,
    as_platforms: bool = False,
) -> SampleReport:
    """Writes the company's year as Parquet below `landing/custom/` and says what is there.

    With `as_platforms` it is what each platform would land of the same year, below
    `landing/hubspot/` and so on. Raises FileExistsError if a folder holds files already, so that
    made-up people never mix with real ones.
    """
    folders = [Path(landing) / name for name in (systems.SOURCES if as_platforms else (SOURCE,))]
    for folder in folders:
        if folder.exists() and any(path.is_file() for path in folder.rglob("*")):
            raise FileExistsError(
                f"{folder} holds files already; sample data goes into an empty landing folder only"
            )
    company = build_company(end_date, seed, leads)
    content = {f"{SOURCE}/{path}": table for path, table in company.files.items()}
    if as_platforms:
        content = {
            f"{source}/{table}/{table}.parquet": systems.as_table(rows)
            for source, tables in systems.as_platforms(company.files).items()
            for table, rows in tables.items()
            if rows
        }
    for path, table in content.items():
        target = Path(landing) / path
        target.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(table, target, compression="zstd")
    folder = Path(landing) if as_platforms else folders[0]
    return SampleReport(**(vars(company.report) | {"folder": folder}))
