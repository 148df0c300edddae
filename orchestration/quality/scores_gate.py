"""What is asked of scores before they are published."""

from __future__ import annotations

import math
from datetime import date
from string import Template
from typing import Any

from orchestration.ingestion.typing import identifier, literal
from orchestration.quality import score_queries
from orchestration.quality.catalogue import PlannedCheck, planned_checks
from orchestration.quality.gate import Subject
from orchestration.quality.gx_session import Measure, expectations
from orchestration.quality.judging import (
    Figures,
    Question,
    counted,
    figures_measure,
    percent,
    text_literal,
)
from orchestration.quality.mart_columns import MART_COLUMNS, MART_KEYS, SCORE_COLUMNS
from orchestration.quality.policy import Policy, PolicyRule
from orchestration.quality.published_scores import Comparison
from orchestration.quality.schema_questions import schema_question

SUM_TOLERANCE = 1e-6  # score points, docs/scoring.md section 6
AS_OF_MART = "lead_scores_as_of"

_FAULT = "Nothing was published. No rule can cause this: report it with this page."


def score_subjects(
    score_date: date, compared: Comparison, date_went_back: bool, policy: Policy
) -> list[Subject]:
    """Return the score marts that this run built, with their questions.

    An earlier date fills only lead_scores_as_of; any other fills the marts of the latest date.
    """
    subjects = []
    for mart, columns in MART_COLUMNS.items():
        if (mart == AS_OF_MART) != date_went_back:
            continue
        checks = {c.name: c for c in planned_checks("scores") if c.table == f"marts.{mart}"}
        schema = checks.pop(f"{mart}_schema")
        query = Template("select * from marts.$mart").substitute(mart=identifier(mart))
        if date_went_back:
            query += f" where score_date = {_date(score_date)}"
        subjects.append(
            Subject(
                query,
                schema_question(schema, columns, _FAULT),
                [_question(check, mart, score_date, compared, policy) for check in checks.values()],
            )
        )
    return subjects


def _question(
    check: PlannedCheck, mart: str, score_date: date, compared: Comparison, policy: Policy
) -> Question:
    match check.name.removeprefix(f"{mart}_"):
        case "rows" if mart == "lead_scores":
            return _any_rows(check, score_date)
        case "rows":
            return _rows_of_each_model(check, mart)
        case "key":
            return _key(check, mart)
        case "date":
            return _one_date(check, score_date)
        case "range":
            return _range(check)
        case "values":
            return _tiers(check)
        case "sum" if mart == "lead_scores":
            return _agrees_with_model(check)
        case "sum":
            return _adds_up(check)
        case "volume":
            return _volume(check, compared, policy[check.name])
        case "mean":
            return _mean(check, compared, policy[check.name])
        case "tier_share":
            return _tier_share(check, compared, policy[check.name])
        case other:
            raise ValueError(f"no question is written for the check {mart}_{other}")


def _any_rows(check: PlannedCheck, score_date: date) -> Question:
    measure = Measure(
        expectations().ExpectTableRowCountToBeBetween(min_value=1),
        lambda result: {"rows": result["observed_value"]},
    )
    return Question(
        check,
        (measure,),
        lambda _: (
            f"no lead has a score for {score_date}. Nothing was published. Look whether any lead "
            "was created by then, is not deleted, and did not ask not to be scored."
        ),
    )


def _rows_of_each_model(check: PlannedCheck, mart: str) -> Question:
    leads = (
        "count(distinct lead_id)"
        if mart == AS_OF_MART
        else "(select count(*) from marts.lead_scores)"
    )
    query = score_queries.ROWS_OF_EACH_MODEL.substitute(leads=leads)

    def explain(figures: Figures) -> str:
        if not figures["rows"]:
            return f"no lead has a score. {_FAULT}"
        return (
            f"{counted(figures['rows'], 'row')} for {counted(figures['leads'], 'lead')} and "
            f"{counted(figures['models'], 'model')} in play, which makes "
            f"{figures['leads'] * figures['models']:,}. {_FAULT}"
        )

    some = Measure(
        expectations().ExpectTableRowCountToBeBetween(min_value=1),
        lambda result: {"rows": result["observed_value"]},
    )
    return Question(check, (some, figures_measure(query, "rows_off", 0)), explain)


def _key(check: PlannedCheck, mart: str) -> Question:
    key = MART_KEYS[mart]
    query = score_queries.REPEATED_KEYS.substitute(
        key=", ".join(key), is_missing=" or ".join(f"{column} is null" for column in key)
    )

    def explain(figures: Figures) -> str:
        wrong = []
        if figures["rows_repeated"]:
            wrong.append(f"{counted(figures['rows_repeated'], 'row')} too many of the same key")
        if figures["rows_without_key"]:
            wrong.append(f"{counted(figures['rows_without_key'], 'row')} without a whole key")
        return f"{' and '.join(wrong)} ({', '.join(key)}). {_FAULT}"

    return Question(check, (figures_measure(query, "rows_wrong", 0),), explain)


def _one_date(check: PlannedCheck, score_date: date) -> Question:
    query = score_queries.OTHER_DATES.substitute(score_date=_date(score_date))
    return Question(
        check,
        (figures_measure(query, "rows_off", 0),),
        lambda figures: (
            f"{counted(figures['rows_off'], 'row')} for another day than {score_date}. {_FAULT}"
        ),
    )


def _range(check: PlannedCheck) -> Question:
    built_in = expectations()
    measures = []
    for column in SCORE_COLUMNS:
        measures += [
            Measure(
                built_in.ExpectColumnMinToBeBetween(column=column, min_value=0),
                lambda result, column=column: {f"{column}_min": result["observed_value"]},
            ),
            Measure(
                built_in.ExpectColumnMaxToBeBetween(column=column, max_value=100),
                lambda result, column=column: {f"{column}_max": result["observed_value"]},
            ),
            Measure(
                built_in.ExpectColumnProportionOfNonNullValuesToBeBetween(
                    column=column, min_value=1
                ),
                lambda result, column=column: {f"{column}_missing": 1 - result["observed_value"]},
            ),
        ]

    def explain(figures: Figures) -> str:
        wrong = []
        for column in SCORE_COLUMNS:
            low, high = figures[f"{column}_min"], figures[f"{column}_max"]
            if low is None or high is None:
                wrong.append(f"{column} is not a number")
            elif low < 0 or high > 100:
                wrong.append(f"{column} goes from {low:g} to {high:g}")
            elif figures[f"{column}_missing"]:
                wrong.append(f"{percent(figures[f'{column}_missing'])} of rows lack {column}")
        return f"{'; '.join(wrong)} (0 to 100 is allowed). {_FAULT}"

    return Question(check, tuple(measures), explain)


def _tiers(check: PlannedCheck) -> Question:
    return Question(
        check,
        (figures_measure(score_queries.UNKNOWN_TIERS.substitute(), "rows_off", 0),),
        lambda figures: (
            f"{counted(figures['rows_off'], 'row')} in tiers that the model does not have in "
            f"seeds/scoring/score_tiers.csv: {figures['tiers']}. {_FAULT}"
        ),
    )


def _agrees_with_model(check: PlannedCheck) -> Question:
    query = score_queries.AGREES_WITH_MODEL.substitute(tolerance=SUM_TOLERANCE)
    return Question(
        check,
        (figures_measure(query, "leads_off", 0),),
        lambda figures: (
            f"{counted(figures['leads_off'], 'lead')} with another score than in "
            f"lead_scores_by_model ({figures['leads_without_model']:,} have no row there). {_FAULT}"
        ),
    )


def _adds_up(check: PlannedCheck) -> Question:
    query = score_queries.ADDS_UP.substitute(tolerance=SUM_TOLERANCE)

    def explain(figures: Figures) -> str:
        wrong = []
        if figures["scores_off"]:
            largest = figures.get("largest_difference")
            many = counted(figures["scores_off"], "lead and model", "leads and models")
            wrong.append(
                f"the contributions of {many} do not add up to the score "
                f"(largest difference {largest or 0:.6g} points)"
            )
        if figures["sums_without_score"]:
            many = counted(figures["sums_without_score"], "lead and model", "leads and models")
            wrong.append(f"{many} with contributions but no score")
        return f"{'; '.join(wrong)}. {_FAULT}"

    return Question(check, (figures_measure(query, "leads_off", 0),), explain)


def _volume(check: PlannedCheck, compared: Comparison, rule: PolicyRule) -> Question:
    before = compared.published.leads if compared.published else None
    bounds: dict[str, Any] = {"min_value": 0}
    if before is not None and not compared.skip:
        bounds = {
            "min_value": math.ceil(before * (1 - min(rule.threshold, 1))),
            "max_value": math.floor(before * (1 + rule.threshold)),
        }

    def read(result: Figures) -> dict[str, Any]:
        rows = result["observed_value"]
        if before is None:
            return {"rows": rows}
        return {"rows": rows, "published_rows": before, "change": rows / before - 1}

    def explain(figures: Figures) -> str:
        change = figures["change"]
        return (
            f"{counted(figures['rows'], 'lead')}, {before:,} are published: "
            f"{percent(abs(change))} {'fewer' if change < 0 else 'more'} "
            f"(up to {percent(rule.threshold)} is expected). Look whether leads did not arrive, "
            "were loaded twice or were deleted."
        )

    measure = Measure(expectations().ExpectTableRowCountToBeBetween(**bounds), read)
    return Question(check, (measure,), explain, compared.skip, previous_rows=before)


def _mean(check: PlannedCheck, compared: Comparison, rule: PolicyRule) -> Question:
    before = compared.published
    bounds: dict[str, float] = {"min_value": 0}
    if before is not None and not compared.skip:
        bounds = {
            "min_value": before.mean_score - rule.threshold,
            "max_value": before.mean_score + rule.threshold,
        }

    def read(result: Figures) -> dict[str, Any]:
        mean = result["observed_value"]
        figures = {"mean_score": mean}
        if before is not None and mean is not None:
            figures |= {"published_mean": before.mean_score, "change": mean - before.mean_score}
        return figures

    measure = Measure(expectations().ExpectColumnMeanToBeBetween(column="score", **bounds), read)
    return Question(
        check,
        (measure,),
        lambda figures: (
            f"the mean score is {figures['mean_score']:.1f}, published is "
            f"{figures['published_mean']:.1f} (a change of up to {rule.threshold:g} points is "
            "expected), and no rule changed. Look what changed in the events and attributes."
        ),
        compared.skip,
        previous_rows=before.leads if before else None,
    )


def _tier_share(check: PlannedCheck, compared: Comparison, rule: PolicyRule) -> Question:
    before = compared.published
    if before is not None and before.tier_shares:
        pairs = ", ".join(
            f"({text_literal(tier)}, {share!r})" for tier, share in before.tier_shares.items()
        )
        query = score_queries.TIER_SHARES.substitute(
            published=f"values {pairs}", published_share="coalesce(published.share, 0)"
        )
    else:
        query = score_queries.TIER_SHARES.substitute(
            published="select cast(null as varchar), cast(null as double) where false",
            published_share="published.share",
        )

    def read(result: Figures) -> dict[str, Any]:
        figures: dict[str, Any] = {}
        for row in result["details"]["figures"]:
            figures[f"share_{row['tier']}"] = row["share"]
            figures[f"published_share_{row['tier']}"] = row["published_share"]
        return figures | {"largest_change": result["observed_value"]}

    def explain(figures: Figures) -> str:
        moved = []
        for name, share in figures.items():
            tier = name.removeprefix("share_")
            earlier = figures.get(f"published_share_{tier}")
            if name != tier and earlier is not None and abs(share - earlier) > rule.threshold:
                moved.append(f"{tier} {percent(earlier)} to {percent(share)}")
        return (
            f"tiers moved from the published shares: {', '.join(moved)} (up to "
            f"{percent(rule.threshold)} of all leads is expected), and no rule changed. "
            "Look what changed in the events and attributes."
        )

    from orchestration.quality.gx_figures import ExpectFigureToBeAtMost

    expectation = ExpectFigureToBeAtMost(
        query=query, figure="change", max_value=None if compared.skip else rule.threshold
    )
    return Question(
        check,
        (Measure(expectation, read),),
        explain,
        compared.skip,
        previous_rows=before.leads if before else None,
    )


def _date(day: date) -> str:
    return f"cast({literal(day.isoformat())} as date)"
