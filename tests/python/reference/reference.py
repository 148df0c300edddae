"""An independent implementation of the scoring contract, written to be read, not to be fast.

Input: a landing folder with Parquet files of the `custom` source, a folder with `scoring/*.csv` and
`reference/*.csv`, and the score date D. Output: plain rows of the marts. It shares no code with the
project, so that where both agree the contract was understood the same way twice.

Where the contract leaves room, this is the reading taken (the most literal one):

1.  Text without exactly one @ is no e-mail, so an event, identity or privacy request that has nothing
    else to name a person is quarantined. The attribute `email` still holds the column's text.
2.  Ids are not trimmed: ` L1` is another id than `L1`. Blank ones are missing.
3.  Conversions with one `conversion_id` are repeats: the larger file name, then the later row counts.
    `identities` and `privacy_requests` have no id, so none of their rows is a repeat.
4.  Lead attribute rows are the same row when their lead id and their trimmed lower-case name agree.
5.  A privacy request, identity or event whose lead id resolves belongs to that lead, whatever its
    e-mail says; where the id does not resolve, the e-mail decides.
6.  `erased` holds for rows of leads, lead_attributes, events, identities and conversions. The requests
    themselves are used rows. Links of an erased lead still own their anonymous ids, so that anonymous
    events of that person count as erased, too.
7.  An account is looked up by the lead's own `company_domain` column; only where that is empty by the
    e-mail's domain. A `company_domain` without an account does not fall back to the e-mail.
8.  A `company_domain` from a lead or account row is compared as a domain: lower case, without scheme,
    `www.` and path.
9.  Seniority and department are read from the attribute `job_title`, region from the attribute
    `country`, after accounts and lead_attributes had their say. `email_domain` and `email_type` are
    read from the lead's own e-mail; `email_type` is `none` where there is no e-mail.
10. An attribute emptied by lead_attributes is empty, so a derived one of that name fills it.
11. Alternatives are split at `|` and each is trimmed. `equals` of a fit rule has no alternatives,
    `equals` of an asset has.
12. A rate's `per_activity_type` may be `*`. Its ratio is rounded like units are.
13. `points × Σ u·w` is rounded once, as raw points; `max_points` bounds the rounded figure. The points
    of a row are its raw points times the weight, not rounded again.
14. A disqualified lead has no rounding row: its score of 0 has no fraction.
15. `do_not_score` removes a lead from the score marts; its events stay activities and its records
    stay in `lead_members`. An erased lead is in neither.
16. All activities, automated ones too, make first_activity_at and last_activity_at.
"""

from __future__ import annotations

import csv
import math
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any, NamedTuple

from landing_rows import CONTRACT, RawRow, parse_decimal, plain_decimal, read_table, trim

SEEDS = (
    "score_models score_segments fit_rules engagement_rules score_groups disqualification_rules "
    "score_tiers fit_grades engagement_levels"
).split()
REFERENCE_SEEDS = (
    "free_email_domains disposable_email_domains job_title_keywords countries automated_user_agents"
).split()
FATES = "activities duplicates quarantined waiting future voided erased".split()
STAGES = {"mql", "sql", "opportunity", "customer", "rejected", "lost"}
REQUESTS = {"erase", "do_not_score"}

Seed = dict[str, str | None]
Seeds = dict[str, list[Seed]]


class Attribute(NamedTuple):
    """What rules see: text operators read `text`, number operators `number`."""

    text: str | None
    number: float | None

    @property
    def is_empty(self) -> bool:
        return (self.text is None or trim(self.text) == "") and self.number is None


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


class Points(NamedTuple):
    """What one rule gave one lead, before groups and weights."""

    dimension: str
    rule_group: str
    rule_id: str
    raw_points: float
    units: float | None
    last_activity_date: date | None
    description: str | None


@dataclass
class Scores:
    """The marts as lists of dictionaries; `quarantine` holds (table, file, row number, id)."""

    lead_scores: list[dict[str, Any]] = field(default_factory=list)
    lead_scores_by_model: list[dict[str, Any]] = field(default_factory=list)
    lead_score_contributions: list[dict[str, Any]] = field(default_factory=list)
    lead_members: list[dict[str, Any]] = field(default_factory=list)
    intake_counts: list[dict[str, Any]] = field(default_factory=list)
    quarantine: list[tuple[str, str, int, str | None]] = field(default_factory=list)


def score_company(landing: Path, seeds: Path, score_date: date) -> Scores:
    """Scores everything in `landing` as of the end of `score_date` (UTC)."""
    return score_rows(
        {table: read_table(landing, table) for table in CONTRACT}, read_seeds(seeds), score_date
    )


def score_rows(raw: dict[str, list[RawRow]], seeds: Seeds, score_date: date) -> Scores:
    company = Company(raw, seeds, score_date)
    scores = Scores()
    for lead in company.leads:
        if not lead.is_erased:
            scores.lead_members.extend(
                {
                    "lead_id": lead.lead_id,
                    "source_system": "custom",
                    "source_record_id": m["lead_id"],
                }
                for m in lead.members
            )
        if lead.is_erased or lead.is_not_scored:
            continue
        for model in seeds["score_models"]:
            if model["role"] != "archived":
                score_lead(company, lead, model, scores)
    for table, rows in raw.items():
        counts = {fate: sum(row.fate == fate for row in rows) for fate in FATES}
        scores.intake_counts.append({"source_table": table, "raw": len(rows), **counts})
        key = next(iter(CONTRACT[table]))
        scores.quarantine.extend(
            (table, row.file, row.number, row[key]) for row in rows if row.fate == "quarantined"
        )
    return scores


# --- seeds and numbers --------------------------------------------------------------------------


def read_seeds(folder: Path) -> Seeds:
    seeds = {name: read_csv(folder / "scoring" / f"{name}.csv") for name in SEEDS}
    seeds |= {name: read_csv(folder / "reference" / f"{name}.csv") for name in REFERENCE_SEEDS}
    return seeds


def read_csv(path: Path) -> list[Seed]:
    """Rows of a seed; an empty cell is None, and so is a blank one."""
    with path.open(encoding="utf-8", newline="") as file:
        return [
            {k: v if v and trim(v) else None for k, v in row.items()}
            for row in csv.DictReader(file)
        ]


def number(cell: str | None) -> float | None:
    return None if cell is None else float(cell)


def round_6(value: float) -> float:
    """Six decimals, half away from zero; never minus zero."""
    return float(Decimal(repr(value)).quantize(Decimal("0.000001"), ROUND_HALF_UP)) + 0.0


def round_2(value: float) -> float:
    """Two decimals of a figure that has six, half away from zero."""
    return float(Decimal(f"{value:.6f}").quantize(Decimal("0.01"), ROUND_HALF_UP)) + 0.0


def bounded(value: float, low: float | None, high: float | None) -> float:
    if low is not None and value < low:
        return low
    if high is not None and value > high:
        return high
    return value


# --- comparing text -----------------------------------------------------------------------------


def plain(text: str) -> str:
    """How text is compared: trimmed and case-insensitively."""
    return trim(text).lower()


def alternatives(value: str) -> list[str]:
    return [plain(part) for part in value.split("|")]


def is_letter_or_digit(character: str) -> bool:
    return unicodedata.category(character)[0] == "L" or unicodedata.category(character) == "Nd"


def has_word(text: str, word: str) -> bool:
    """Whether `word` stands in `text` with no letter or digit beside it; both are plain already."""
    start = text.find(word)
    while start >= 0:
        before = text[start - 1] if start > 0 else " "
        after = text[start + len(word)] if start + len(word) < len(text) else " "
        if not is_letter_or_digit(before) and not is_letter_or_digit(after):
            return True
        start = text.find(word, start + 1)
    return False


def satisfies(attribute: Attribute | None, operator: str, value: str | None) -> bool:
    """Section 3: one condition of a fit rule, a segment or a disqualification."""
    missing = attribute is None or attribute.is_empty
    if operator == "is_empty":
        return missing
    if operator == "is_present":
        return not missing
    if missing:
        return False
    if operator in ("at_least", "at_most", "between"):
        return number_satisfies(attribute.number, operator, value)
    if attribute.text is None:
        return False
    if operator == "equals":
        return plain(attribute.text) == plain(value)
    if operator == "in":
        return plain(attribute.text) in alternatives(value)
    return text_satisfies(attribute.text, operator, value)


def number_satisfies(given: float | None, operator: str, value: str) -> bool:
    if given is None:
        return False
    if operator == "at_least":
        return given >= float(value)
    if operator == "at_most":
        return given <= float(value)
    low, high = value.split("..")
    return float(low) <= given <= float(high)


def text_satisfies(text: str, operator: str, value: str) -> bool:
    tests: dict[str, Callable[[str, str], bool]] = {
        "equals": lambda given, part: given == part,
        "contains": lambda given, part: part in given,
        "starts_with": lambda given, part: given.startswith(part),
        "has_word": has_word,
    }
    return any(tests[operator](plain(text), part) for part in alternatives(value))


def email_of(text: str | None) -> str | None:
    """The normalised e-mail, or None where the text is no e-mail."""
    return plain(text) if text is not None and text.count("@") == 1 else None


def domain_of(text: str | None) -> str | None:
    """A domain as it is compared: lower case, without scheme, `www.` and path."""
    if text is None:
        return None
    domain = plain(text).split("://", 1)[-1].split("/", 1)[0]
    return trim(domain.removeprefix("www.")) or None


# --- from raw rows to leads and their activities ------------------------------------------------


class Company:
    """Everything known at the end of the score date: leads with their attributes and activities."""

    def __init__(self, raw: dict[str, list[RawRow]], seeds: Seeds, score_date: date) -> None:
        self.raw = raw
        self.seeds = seeds
        self.score_date = score_date
        self.end = datetime.combine(score_date + timedelta(days=1), time.min)
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
            lead = self.resolve(request)
            if self.is_future(request["requested_at"]):
                request.fate = "future"
            elif lead is None:
                request.fate = "waiting"
            else:
                request.fate = "activities"
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
        if "company_domain" in attributes:
            attributes["company_domain"] = attribute(domain_of(attributes["company_domain"].text))
        for name, row in given.items():
            attributes[name] = attribute(row["value_text"], row["value_number"])
        for name, value in self.derived(lead, attributes).items():
            if attributes.get(name, Attribute(None, None)).is_empty:
                attributes[name] = attribute(value)
        return attributes

    def email_type(self, domain: str | None) -> str:
        def listed(seed: str) -> bool:
            return any(plain(row["domain"]) == domain for row in self.seeds[seed])

        if domain is None:
            return "none"
        if listed("disposable_email_domains"):
            return "disposable"
        return "free" if listed("free_email_domains") else "business"

    def account_domain(self, lead: Lead) -> str | None:
        if lead.columns.get("company_domain") is not None:
            return domain_of(lead.columns["company_domain"])
        domain = email_domain(lead.email)
        return domain if self.email_type(domain) == "business" else None

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
    if isinstance(value, int | float):
        return Attribute(plain_decimal(value), float(value))
    if value is None and given_number is not None:
        return Attribute(plain_decimal(given_number), given_number)
    text = None if value is None else str(value)
    return Attribute(text, parse_decimal(text) if given_number is None else given_number)


# --- from activities and attributes to points ---------------------------------------------------


def of_model(seeds: Seeds, name: str, model_version: str) -> list[Seed]:
    return [row for row in seeds[name] if row["model_version"] == model_version]


def segment_of(lead: Lead, rows: Iterable[Seed]) -> str:
    """The matching segment with the lowest priority, ties alphabetically; else `default`."""
    matching = [
        (float(row["priority"]), row["segment"])
        for row in rows
        if satisfies(lead.attributes.get(plain(row["attribute"])), row["operator"], row["value"])
    ]
    return min(matching)[1] if matching else "default"


def rules_in_force(rows: list[Seed], segment: str) -> list[Seed]:
    """For each rule id the row of the lead's own segment, else the general one."""
    general = {row["rule_id"]: row for row in rows if row["segment"] is None}
    own = {row["rule_id"]: row for row in rows if row["segment"] == segment}
    return list((general | own).values())


def fit_points(lead: Lead, rule: Seed) -> Points | None:
    def holds(prefix: str) -> bool:
        found = lead.attributes.get(plain(rule[f"{prefix}attribute"]))
        return satisfies(found, rule[f"{prefix}operator"], rule[f"{prefix}value"])

    if not holds("") or (rule["and_attribute"] is not None and not holds("and_")):
        return None
    points = round_6(float(rule["points"]))
    return Points(
        "fit", rule["rule_group"], rule["rule_id"], points, None, None, rule["description"]
    )


def matches(rule: Seed, activity: Activity) -> bool:
    operator = rule["asset_operator"] or "any"
    personalized = rule["personalized"] or "any"
    if plain(rule["activity_type"]) not in ("*", activity.kind):
        return False
    if operator != "any" and (
        activity.asset is None or not text_satisfies(activity.asset, operator, rule["asset_value"])
    ):
        return False
    if personalized != "any" and (personalized == "yes") != activity.is_personalized:
        return False
    return counts_automated(rule) or not activity.is_automated


def counts_automated(rule: Seed) -> bool:
    return (rule["count_automated"] or "false").lower() == "true"


def decay_weight(rule: Seed, age: int) -> float:
    decay = rule["decay"] or "none"
    if decay == "none":
        return 1.0
    days = float(rule["decay_days"])
    if decay == "half_life":
        return 0.5 ** (age / days)
    if decay == "linear":
        return max(0.0, 1.0 - age / days)
    return 1.0 if age < days else 0.0


def engagement_points(lead: Lead, rule: Seed, score_date: date) -> Points | None:
    """Section 4: what one engagement rule gives one lead, or None where that is nothing."""
    matching = [activity for activity in lead.activities if matches(rule, activity)]
    if rule["measure"] == "days_inactive":
        points, units, last_day = inactivity(lead, rule, matching, score_date)
    else:
        window = number(rule["window_days"])

        def in_window(activity: Activity) -> bool:
            return window is None or age_of(activity, score_date) < window

        inside = [activity for activity in matching if in_window(activity)]
        if not inside:
            return None
        last_day = max(activity.occurred_at.date() for activity in inside)
        if rule["measure"] == "rate":
            base = [a for a in lead.activities if in_window(a) and is_base_of_rate(rule, a)]
            units = round_6(len(inside) / len(base)) if base else 0.0
            points = threshold_points(rule, units, last_day, score_date)
        else:
            by_day = units_by_day(rule, inside)
            units = round_6(math.fsum(by_day.values()))
            if rule["min_units"] is None:
                weighted = [
                    u * decay_weight(rule, (score_date - d).days) for d, u in by_day.items()
                ]
                points = float(rule["points"]) * math.fsum(weighted)
            else:
                points = threshold_points(rule, units, last_day, score_date)
    limit = number(rule["max_points"])
    raw = bounded(round_6(points), None if limit is None else -limit, limit)
    if raw == 0:
        return None
    description = rule["description"]
    return Points(
        "engagement", rule["rule_group"], rule["rule_id"], raw, units, last_day, description
    )


def age_of(activity: Activity, score_date: date) -> int:
    return (score_date - activity.occurred_at.date()).days


def inactivity(
    lead: Lead, rule: Seed, matching: list[Activity], score_date: date
) -> tuple[float, float, date | None]:
    last_day = max((activity.occurred_at.date() for activity in matching), default=None)
    units = float((score_date - (last_day or lead.created_at.date())).days)
    return (float(rule["points"]) if units >= float(rule["min_units"]) else 0.0), units, last_day


def is_base_of_rate(rule: Seed, activity: Activity) -> bool:
    """What a rate divides by: asset and personalisation do not matter."""
    right_type = plain(rule["per_activity_type"]) in ("*", activity.kind)
    return right_type and (counts_automated(rule) or not activity.is_automated)


def threshold_points(rule: Seed, units: float, last_day: date, score_date: date) -> float:
    if units < float(rule["min_units"]):
        return 0.0
    return float(rule["points"]) * decay_weight(rule, (score_date - last_day).days)


def units_by_day(rule: Seed, activities: list[Activity]) -> dict[date, float]:
    days: dict[date, list[Activity]] = defaultdict(list)
    for activity in activities:
        days[activity.occurred_at.date()].append(activity)
    limit = number(rule["daily_limit"])
    units = {}
    for day, of_day in days.items():
        if rule["measure"] == "minutes":
            counted = math.fsum(activity.seconds for activity in of_day) / 60
        else:
            counted = 1.0 if rule["measure"] == "days" else float(len(of_day))
        units[day] = bounded(counted, None, limit)
    return units


# --- from points to scores ----------------------------------------------------------------------


def score_lead(company: Company, lead: Lead, model: Seed, scores: Scores) -> None:
    """Adds the rows of one lead and one model version to `scores`."""
    version, seeds, day = model["model_version"], company.seeds, company.score_date
    segment = segment_of(lead, of_model(seeds, "score_segments", version))
    rules = rules_in_force(of_model(seeds, "fit_rules", version), segment)
    given = [fit_points(lead, rule) for rule in rules]
    rules = rules_in_force(of_model(seeds, "engagement_rules", version), segment)
    given += [engagement_points(lead, rule, day) for rule in rules]
    points = [row for row in given if row is not None and row.raw_points != 0]

    rows: list[dict[str, Any]] = []

    def explain(
        kind: str, dimension: str, group: str, rule_id: str, moved: float, **more: Any
    ) -> None:
        rows.append(
            {
                **{"lead_id": lead.lead_id, "model_version": version, "score_date": day},
                **{"kind": kind, "dimension": dimension, "rule_group": group, "rule_id": rule_id},
                **{"points": moved, "raw_points": None, "units": None, "last_activity_date": None},
                **{"description": None, **more},
            }
        )

    weights = {"fit": float(model["fit_weight"]), "engagement": float(model["engagement_weight"])}
    totals = {}
    for dimension, weight in weights.items():
        for row in (row for row in points if row.dimension == dimension):
            more = {
                k: getattr(row, k)
                for k in ("raw_points", "units", "last_activity_date", "description")
            }
            explain("rule", dimension, row.rule_group, row.rule_id, row.raw_points * weight, **more)
        of_groups = []
        for group in of_model(seeds, "score_groups", version):
            if group["dimension"] != dimension:
                continue
            in_group = [
                row.raw_points
                for row in points
                if row.dimension == dimension and row.rule_group == group["rule_group"]
            ]
            total = round_6(math.fsum(in_group))
            within = bounded(total, number(group["min_points"]), number(group["max_points"]))
            of_groups.append(within)
            if moved := round_6(within - total) * weight:
                explain("group_limit", dimension, group["rule_group"], "group_limit", moved)
        total = round_6(math.fsum(of_groups))
        totals[dimension] = bounded(total, 0.0, 100.0)
        if moved := round_6(totals[dimension] - total) * weight:
            explain("dimension_limit", dimension, "dimension_limit", "dimension_limit", moved)

    weighted = round_6(math.fsum(weights[d] * totals[d] for d in weights))
    score = round_2(bounded(weighted, 0.0, 100.0))
    reason = disqualified_because(lead, of_model(seeds, "disqualification_rules", version))
    if reason is not None:
        score = 0.0
        if weighted:
            explain(
                "disqualified",
                "score",
                "disqualified",
                "disqualified",
                -weighted,
                description=reason,
            )
    elif moved := round_6(score - weighted):
        explain("rounding", "score", "rounding", "rounding", moved)

    fit, engagement = totals["fit"], totals["engagement"]
    tiers = of_model(seeds, "score_tiers", version)
    tier = "Disqualified" if reason is not None else tier_of(tiers, score, fit, engagement)
    grade = reached(of_model(seeds, "fit_grades", version), fit)["grade"]
    level = reached(of_model(seeds, "engagement_levels", version), engagement)["level"]
    gains = [row["points"] for row in rows if row["kind"] == "rule"]
    by_model = {
        "lead_id": lead.lead_id,
        "model_version": version,
        "score_name": model["score_name"] or "main",
        "role": model["role"],
        "score_date": day,
        "segment": segment,
        "fit_score": fit,
        "engagement_score": engagement,
        "predicted_score": 0.0,
        "score": score,
        "tier": tier,
        "held_tier": tier,
        "fit_grade": grade,
        "engagement_level": level,
        "matrix_cell": f"{grade}{level}",
        "is_disqualified": reason is not None,
        "disqualified_reason": reason,
        "has_reasons": any(gains),
    }
    scores.lead_scores_by_model.append(by_model)
    scores.lead_score_contributions.extend(rows)
    if by_model["score_name"] == "main" and model["role"] == "champion":
        scores.lead_scores.append(by_model | facts_of(company, lead))


def facts_of(company: Company, lead: Lead) -> dict[str, Any]:
    """What `lead_scores` says about the lead besides its scores."""
    known = [row["updated_at"] for row in [*lead.members, lead.account] if row is not None]
    exact = all(moment is not None and not company.is_future(moment) for moment in known)
    times = [activity.occurred_at for activity in lead.activities]
    return {
        "email": lead.email,
        "company_domain": lead.attributes.get("company_domain", Attribute(None, None)).text,
        "account_id": lead.account["account_id"] if lead.account else None,
        "lifecycle_stage": lead.columns.get("lifecycle_stage"),
        "attributes_as_of": "exact" if exact else "present",
        "first_activity_at": min(times, default=None),
        "last_activity_at": max(times, default=None),
    }


def disqualified_because(lead: Lead, rules: list[Seed]) -> str | None:
    """The reason of the smallest rule id that matches."""
    matching = [
        (rule["rule_id"], rule["reason"])
        for rule in rules
        if satisfies(lead.attributes.get(plain(rule["attribute"])), rule["operator"], rule["value"])
    ]
    return min(matching)[1] if matching else None


def reached(rows: list[Seed], value: float) -> Seed:
    """The row with the highest `min_score` that `value` reaches."""
    return max(
        (row for row in rows if float(row["min_score"]) <= value),
        key=lambda r: float(r["min_score"]),
    )


def tier_of(tiers: list[Seed], score: float, fit: float, engagement: float) -> str:
    allowed = [
        tier
        for tier in tiers
        if fit >= (number(tier["min_fit_score"]) or 0.0)
        and engagement >= (number(tier["min_engagement_score"]) or 0.0)
    ]
    return reached(allowed, score)["tier"]
