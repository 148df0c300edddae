"""From raw rows to leads with attributes and activities. Part of the reference implementation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from landing_rows import RawRow, parse_decimal, plain_decimal, trim
from reference_text import Attribute, Seeds, domain_of, email_of, plain, text_satisfies

STAGES = {"mql", "sql", "opportunity", "customer", "rejected", "lost"}
REQUESTS = {"erase", "do_not_score"}


class Activity(NamedTuple):
    kind: str
    asset: str | None
    occurred_at: datetime
    seconds: float
    is_personalized: bool
    is_automated: bool


@dataclass
class Lead:
    lead_id: str
    email: str | None
    created_at: datetime
    members: list[RawRow]
    columns: dict[str, Any] = field(default_factory=dict)
    account: RawRow | None = None
    attributes: dict[str, Attribute] = field(default_factory=dict)
    activities: list[Activity] = field(default_factory=list)
    is_erased: bool = False
    is_not_scored: bool = False


class Company:
    """Everything known at the end of the score date: leads with their attributes and activities."""

    def __init__(self, raw: dict[str, list[RawRow]], seeds: Seeds, score_date: date) -> None:
        self.raw = raw
        self.seeds = seeds
        self.score_date = score_date
        self.end = datetime.combine(score_date + timedelta(days=1), time.min)
        self.free_domains = {domain_of(row["domain"]) for row in seeds["free_email_domains"]}
        disposable = seeds["disposable_email_domains"]
        self.disposable_domains = {domain_of(row["domain"]) for row in disposable}
        for table, rows in raw.items():
            for row in rows:
                row.fate = "quarantined" if reason_for_quarantine(table, row) else ""
        self.leads = self.join_records()
        self.lead_of_record = {m["lead_id"]: lead for lead in self.leads for m in lead.members}
        self.lead_of_email = {lead.email: lead for lead in self.leads if lead.email}
        self.read_privacy_requests()
        self.mark_erased_records()
        self.accounts = self.choose_accounts()
        self.read_attributes()
        self.read_events()
        self.count_other_tables()

    def is_future(self, moment: datetime | None) -> bool:
        return moment is not None and moment >= self.end

    def open_rows(self, table: str) -> list[RawRow]:
        """The rows whose fate is not decided yet."""
        return [row for row in self.raw[table] if row.fate == ""]

    def resolve(self, row: RawRow) -> Lead | None:
        """The lead of the row's lead id, else of its e-mail."""
        by_id = self.lead_of_record.get(row["lead_id"])
        return by_id or self.lead_of_email.get(email_of(row["email"]))

    def join_records(self) -> list[Lead]:
        """Records with the same e-mail are one lead, named after its oldest record."""
        keep_latest(self.open_rows("leads"), lambda row: row["lead_id"], "updated_at")
        people: dict[tuple[str, str], list[RawRow]] = defaultdict(list)
        for record in self.open_rows("leads"):
            if record["is_deleted"]:
                record.fate = "voided"
            elif self.is_future(record["created_at"]):
                record.fate = "future"
            else:
                record.fate = "activities"
                email = email_of(record["email"])
                people[("email", email) if email else ("record", record["lead_id"])].append(record)
        leads = []
        for (kind, name), members in people.items():
            oldest = min(members, key=lambda m: (m["created_at"], m["lead_id"]))
            email = name if kind == "email" else None
            lead = Lead(oldest["lead_id"], email, oldest["created_at"], members)
            lead.columns = merged_columns(lead)
            leads.append(lead)
        return sorted(leads, key=lambda lead: lead.lead_id)

    def read_privacy_requests(self) -> None:
        for request in self.open_rows("privacy_requests"):
            by_id = self.lead_of_record.get(request["lead_id"])
            by_email = self.lead_of_email.get(email_of(request["email"]))
            named = [lead for lead in (by_id, by_email) if lead is not None]
            if self.is_future(request["requested_at"]):
                request.fate = "future"
                continue
            request.fate = "activities" if named else "waiting"
            for lead in named:
                lead.is_erased |= request["request"] == "erase"
                lead.is_not_scored |= request["request"] == "do_not_score"

    def mark_erased_records(self) -> None:
        for lead in self.leads:
            for member in lead.members:
                member.fate = "erased" if lead.is_erased else member.fate

    def choose_accounts(self) -> dict[str, RawRow]:
        """The account of each domain."""
        keep_latest(self.open_rows("accounts"), lambda row: row["account_id"], "updated_at")
        chosen: dict[str, RawRow] = {}
        used = self.open_rows("accounts")
        for account in sorted(used, key=lambda a: (time_key(a["updated_at"]), a["account_id"])):
            account.fate = "activities"
            if domain_of(account["domain"]):
                chosen[domain_of(account["domain"])] = account
        return chosen

    def read_attributes(self) -> None:
        rows = self.open_rows("lead_attributes")
        known = [row for row in rows if not self.is_future(row["updated_at"])]
        keep_latest(known, lambda row: (row["lead_id"], plain(row["attribute"])), "updated_at")
        given: dict[str, dict[str, RawRow]] = defaultdict(dict)
        for row in sorted(rows, key=lambda r: (time_key(r["updated_at"]), r["lead_id"])):
            lead = self.lead_of_record.get(row["lead_id"])
            if row.fate == "":
                row.fate = self.fate_of(lead, row["updated_at"])
            if row.fate == "activities":
                given[lead.lead_id][plain(row["attribute"])] = row
        for lead in self.leads:
            lead.attributes = self.attributes_of(lead, given[lead.lead_id])

    def fate_of(self, lead: Lead | None, moment: datetime | None) -> str:
        if lead is not None and lead.is_erased:
            return "erased"
        if self.is_future(moment):
            return "future"
        return "waiting" if lead is None else "activities"

    def attributes_of(self, lead: Lead, given: dict[str, RawRow]) -> dict[str, Attribute]:
        attributes = {plain(name): attribute(value) for name, value in lead.columns.items()}
        lead.account = self.accounts.get(self.account_domain(lead))
        if lead.account:
            for name, value in account_columns(lead.account).items():
                if attributes.get(name, Attribute(None, None)).is_empty:
                    attributes[name] = attribute(value)
        for name, row in given.items():
            attributes[name] = attribute(row["value_text"], row["value_number"])
        for name, value in self.derived(lead, attributes).items():
            if attributes.get(name, Attribute(None, None)).is_empty:
                attributes[name] = attribute(value)
        return attributes

    def email_type(self, domain: str | None) -> str:
        if domain is None:
            return "none"
        if domain_of(domain) in self.disposable_domains:
            return "disposable"
        return "free" if domain_of(domain) in self.free_domains else "business"

    def account_domain(self, lead: Lead) -> str | None:
        own = domain_of(lead.columns.get("company_domain"))
        domain = email_domain(lead.email)
        if own is None and self.email_type(domain) == "business":
            return domain_of(domain)
        return own

    def derived(self, lead: Lead, attributes: dict[str, Attribute]) -> dict[str, str | None]:
        def text(name: str) -> str:
            found = attributes.get(name)
            return plain(found.text) if found and found.text is not None else ""

        def keyword(kind: str) -> str | None:
            matches = [
                (float(row["priority"]), row["value"])
                for row in self.seeds["job_title_keywords"]
                if row["kind"] == kind
                and text_satisfies(text("job_title"), "has_word", row["keyword"])
            ]
            return min(matches)[1] if matches else None

        regions = [
            row["region"]
            for row in self.seeds["countries"]
            if text("country") in [plain(row[c]) for c in ("country", "iso2", "iso3") if row[c]]
        ]
        domain = email_domain(lead.email)
        return {
            "email_domain": domain,
            "email_type": self.email_type(domain),
            "seniority": keyword("seniority"),
            "department": keyword("department"),
            "region": regions[0] if regions else None,
        }

    def read_events(self) -> None:
        keep_latest(self.open_rows("events"), lambda row: row["event_id"], "loaded_at")
        for event in self.open_rows("events"):
            event.fate = "voided" if event["is_deleted"] else ""
        owners = self.owners_of_anonymous_ids()
        for event in self.open_rows("events"):
            lead = self.resolve(event) or owners.get(event["anonymous_id"])
            event.fate = self.fate_of(lead, event["occurred_at"])
            if event.fate == "activities":
                lead.activities.append(self.activity(event))

    def owners_of_anonymous_ids(self) -> dict[str, Lead]:
        """The lead of the latest link of each anonymous id."""
        links = []
        for row in self.open_rows("events") + self.open_rows("identities"):
            lead = self.resolve(row)
            if row["anonymous_id"] and lead and not self.is_future(row["occurred_at"]):
                links.append((time_key(row["occurred_at"]), lead.lead_id, row["anonymous_id"]))
        by_id = {lead.lead_id: lead for lead in self.leads}
        return {anonymous_id: by_id[lead_id] for _, lead_id, anonymous_id in sorted(links)}

    def activity(self, event: RawRow) -> Activity:
        agent = (event["user_agent"] or "").lower()
        patterns = [row["pattern"].lower() for row in self.seeds["automated_user_agents"]]
        return Activity(
            plain(event["event_type"]),
            event["asset"],
            event["occurred_at"],
            event["duration_seconds"] or 0.0,
            bool(event["is_personalized"]),
            bool(event["is_automated"]) or any(pattern in agent for pattern in patterns),
        )

    def count_other_tables(self) -> None:
        for row in self.open_rows("identities"):
            row.fate = self.fate_of(self.resolve(row), row["occurred_at"])
        keep_latest(self.open_rows("conversions"), lambda row: row["conversion_id"], None)
        for row in self.open_rows("conversions"):
            row.fate = self.fate_of(self.lead_of_record.get(row["lead_id"]), row["occurred_at"])


def reason_for_quarantine(table: str, row: RawRow) -> str | None:
    """Why a row cannot be used, or None."""
    required = {
        "leads": ["lead_id", "created_at"],
        "lead_attributes": ["lead_id", "attribute"],
        "accounts": ["account_id"],
        "events": ["event_id", "event_type", "occurred_at"],
        "identities": ["anonymous_id"],
        "conversions": ["conversion_id", "lead_id", "stage", "occurred_at"],
        "privacy_requests": ["request", "requested_at"],
    }[table]
    if row.problem:
        return row.problem
    missing = [column for column in required if row[column] is None]
    if missing:
        return f"without {', '.join(missing)}"
    nameless = row["lead_id"] is None and email_of(row["email"]) is None
    if table in ("identities", "privacy_requests") and nameless:
        return "without lead_id and email"
    if table == "conversions" and row["stage"] not in STAGES:
        return "unknown stage"
    if table == "privacy_requests" and row["request"] not in REQUESTS:
        return "unknown request"
    if table != "events":
        return None
    if nameless and row["anonymous_id"] is None:
        return "without any identity"
    if row["duration_seconds"] is not None and row["duration_seconds"] < 0:
        return "negative duration"
    if row["loaded_at"] is not None and row["occurred_at"] > row["loaded_at"] + timedelta(days=1):
        return "occurred after it was loaded"
    return None


def time_key(moment: datetime | None) -> tuple[bool, datetime]:
    """Sorts times; a missing one is the oldest."""
    return (moment is not None, moment or datetime.min)


def keep_latest(rows: list[RawRow], key: Callable[[RawRow], Any], stamp: str | None) -> None:
    """Of rows with one key the latest delivery stays open, the others become duplicates."""
    groups: dict[Any, list[RawRow]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    for same in groups.values():
        same.sort(key=lambda r: (time_key(r[stamp] if stamp else None), r.file, r.number))
        for row in same[:-1]:
            row.fate = "duplicates"


def merged_columns(lead: Lead) -> dict[str, Any]:
    """Each column's non-empty value of the latest record that has one."""
    columns: dict[str, Any] = {}
    for record in sorted(
        lead.members, key=lambda m: (m["updated_at"] or m["created_at"], m["lead_id"])
    ):
        for name, value in (record.values | record.extra).items():
            if value is not None and not (isinstance(value, str) and trim(value) == ""):
                columns[name] = value
    return columns | {"lead_id": lead.lead_id, "created_at": lead.created_at}


def account_columns(account: RawRow) -> dict[str, Any]:
    renamed = {"name": "company_name", "domain": "company_domain"}
    return {
        renamed.get(name, name): value
        for name, value in account.values.items()
        if value is not None and name != "updated_at"
    }


def email_domain(email: str | None) -> str | None:
    return (email.split("@")[1] or None) if email else None


def attribute(value: Any, given_number: float | None = None) -> Attribute:
    """An attribute of a cell: numbers get a text, texts that are decimals get a number."""
    if isinstance(value, bool):
        return Attribute("true" if value else "false", given_number)
    if isinstance(value, int | float | Decimal):
        return Attribute(plain_decimal(value), float(value))
    if value is None and given_number is not None:
        return Attribute(plain_decimal(given_number), given_number)
    text = None if value is None else str(value)
    return Attribute(text, parse_decimal(text) if given_number is None else given_number)
