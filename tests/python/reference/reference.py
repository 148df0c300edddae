"""An independent implementation of the scoring contract, written to be read, not to be fast.

Input: a landing folder with Parquet files of the `custom` source, a folder with `scoring/*.csv`
and `reference/*.csv`, and the score date D. Output: plain rows of the marts. It shares no code
with the project, so that where both agree the contract was understood the same way twice.

Where the contract leaves room, this is the reading taken (the most literal one):

1.  Text without exactly one @ is no e-mail, so an event, identity or privacy request that has
    nothing else to name a person is quarantined. The attribute `email` still holds the column's
    text.
2.  Ids are not trimmed: ` L1` is another id than `L1`. Blank ones are missing.
3.  Conversions with one `conversion_id` are repeats: the larger file name, then the later row
    counts. `identities` and `privacy_requests` have no id, so none of their rows is a repeat.
4.  Lead attribute rows are the same row when their lead id and their trimmed lower-case name
    agree.
5.  An identity or event whose lead id resolves belongs to that lead, whatever its e-mail says;
    where the id does not resolve, the e-mail decides. A privacy request holds for every lead that
    it names, by id and by e-mail: it is the person's protection.
6.  `erased` holds for rows of leads, lead_attributes, events, identities and conversions. The
    requests themselves are used rows. Links of an erased lead still own their anonymous ids, so
    that anonymous events of that person count as erased, too.
7.  An account is looked up by the lead's own `company_domain` column; only where that is empty (or
    nothing is left without scheme, `www.` and path) by the e-mail's domain. A `company_domain` that
    no account has does not fall back to the e-mail. A path may also begin with `?` or `#`.
8.  Domains are compared as domains where accounts and e-mail providers are looked up. The attribute
    `company_domain` keeps the column's text, and rules compare it like any other text.
9.  Seniority and department are read from the attribute `job_title`, region from the attribute
    `country`, after accounts and lead_attributes had their say. `email_domain` and `email_type`
    are read from the lead's own e-mail; `email_type` is `none` where there is no e-mail.
10. An attribute emptied by lead_attributes is empty, so a derived one of that name fills it.
11. Alternatives are split at `|` and each is trimmed. `equals` of a fit rule has no alternatives,
    `equals` of an asset has.
12. A rate's `per_activity_type` may be `*`. Its ratio is rounded like units are.
13. `points × Σ u·w` is rounded once, as raw points; `max_points` bounds the rounded figure. The
    points of a row are its raw points times the weight, not rounded again.
14. A disqualified lead has no rounding row: its score of 0 has no fraction.
15. A lead that asked `do_not_score` is in no mart, `lead_members` neither; its events stay
    activities. Rows of an erased lead count as `erased`.
16. All activities, automated ones too, make first_activity_at and last_activity_at.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from landing_rows import CONTRACT, RawRow, read_table
from reference_people import Company, Lead
from reference_points import (
    engagement_points,
    fit_points,
    of_model,
    rules_in_force,
    segment_of,
)
from reference_text import (
    Attribute,
    Seed,
    Seeds,
    bounded,
    number,
    plain,
    read_seeds,
    round_2,
    round_6,
    satisfies,
)

FATES = ["activities", "duplicates", "quarantined", "waiting", "future", "voided", "erased"]


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
        if lead.is_erased or lead.is_not_scored:
            continue
        scores.lead_members.extend(
            {
                "lead_id": lead.lead_id,
                "source_system": "custom",
                "source_record_id": m["lead_id"],
            }
            for m in lead.members
        )
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
