"""The scores of the benchmark in Polars: lazy, on its streaming engine, written for speed alone.

The same setup as by_hand.sql: no duplicates, identities, segments, disqualification or explanation,
and no rate or inactivity rules. Numbers follow docs/scoring.md, sections 4 and 5.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl

from benchmarks.contestant import run_as_command

_ATTRIBUTES = ("job_title", "industry", "country", "employee_count")
_RULE_NUMBERS = ("points", "min_units", "daily_limit", "max_points", "window_days", "decay_days")


def write_scores(landing: Path, seeds: Path, score_date: date, output: Path) -> None:
    """Write lead_id and score of every lead as Parquet."""
    scores(landing, seeds, score_date).sink_parquet(output, engine="streaming")


def scores(landing: Path, seeds: Path, score_date: date) -> pl.LazyFrame:
    """Return lead_id and score of every lead, to be collected by the caller."""
    end = datetime.combine(score_date + timedelta(days=1), datetime.min.time())
    leads = pl.scan_parquet(landing / "custom" / "leads" / "*.parquet").filter(
        pl.col("created_at") < end
    )
    events = pl.scan_parquet(landing / "custom" / "events" / "*.parquet").filter(
        pl.col("occurred_at") < end
    )
    points = pl.concat([_engagement(events, seeds, score_date), _fit(leads, seeds)])
    groups = _seed(seeds, "score_groups", "min_points", "max_points").select(
        "dimension", "rule_group", "min_points", "max_points"
    )
    dimensions = (
        points.group_by("lead_id", "dimension", "rule_group")
        .agg(pl.col("points").sum().round(6))
        .join(groups.lazy(), on=["dimension", "rule_group"])
        .with_columns(
            _bounded(pl.col("points"), pl.col("min_points"), pl.col("max_points")).alias("points")
        )
        .group_by("lead_id")
        .agg(
            pl.col("points")
            .filter(pl.col("dimension") == name)
            .sum()
            .round(6)
            .clip(0, 100)
            .alias(name)
            for name in ("fit", "engagement")
        )
    )
    model = _seed(seeds, "score_models", "fit_weight", "engagement_weight").row(0, named=True)
    weighted = (
        model["fit_weight"] * pl.col("fit").fill_null(0)
        + model["engagement_weight"] * pl.col("engagement").fill_null(0)
    ).round(6)
    # In whole millionths, because half a hundredth has no exact binary form.
    hundredths = ((weighted * 1_000_000).round(0).cast(pl.Int64) + 5_000) // 10_000
    return (
        leads.select("lead_id")
        .join(dimensions, on="lead_id", how="left")
        .select("lead_id", (hundredths / 100).clip(0, 100).alias("score"))
    )


def _engagement(events: pl.LazyFrame, seeds: Path, score_date: date) -> pl.LazyFrame:
    """Points of each lead and rule."""
    rules = _seed(seeds, "engagement_rules", *_RULE_NUMBERS).with_row_index("rule")
    things = events.select("event_type", "asset").unique().collect(engine="streaming")
    last_day_out = pl.lit(score_date) - pl.duration(days=pl.col("window_days").fill_null(36_500))
    matches = _matches(things, rules).with_columns(last_day_out=last_day_out.cast(pl.Date))
    age = (pl.lit(score_date) - pl.col("day")).dt.total_days()
    units = (
        pl.when(pl.col("measure") == "events")
        .then(pl.col("events").cast(pl.Float64))
        .when(pl.col("measure") == "minutes")
        .then(pl.col("seconds") / 60)
        .otherwise(1.0)
    )
    decayed = age / pl.col("decay_days")
    weight = (
        pl.when(pl.col("decay") == "half_life")
        .then(pl.lit(0.5).pow(decayed))
        .when(pl.col("decay") == "linear")
        .then((1 - decayed).clip(0))
        .when(pl.col("decay") == "step")
        .then((age < pl.col("decay_days")).cast(pl.Float64))
        .otherwise(1.0)
    )
    points = (
        pl.when(pl.col("min_units").is_null())
        .then(pl.col("points") * pl.col("weighted_units"))
        .when(pl.col("units").round(6) >= pl.col("min_units"))
        .then(pl.col("points") * pl.col("last_weight"))
        .otherwise(0.0)
    )
    parameters = rules.lazy().select(
        *("rule", "rule_group", "measure", "points", "min_units"),
        *("daily_limit", "max_points", "decay", "decay_days"),
    )
    return (
        events.select(
            *("lead_id", "event_type", "asset", "duration_seconds"),
            pl.col("occurred_at").dt.date().alias("day"),
        )
        .join(
            matches.lazy().select("event_type", "asset", "rule", "last_day_out"),
            on=["event_type", "asset"],
            nulls_equal=True,
        )
        .filter(pl.col("day") > pl.col("last_day_out"))
        .group_by("lead_id", "rule", "day")
        .agg(events=pl.len(), seconds=pl.col("duration_seconds").sum())
        .join(parameters, on="rule")
        .select(
            *("lead_id", "rule", "day"),
            _bounded(units, None, pl.col("daily_limit")).alias("units"),
            weight.alias("weight"),
        )
        .group_by("lead_id", "rule")
        .agg(
            pl.col("units").sum(),
            (pl.col("units") * pl.col("weight")).sum().alias("weighted_units"),
            # Weights never rise with age: the latest day has the largest.
            pl.col("weight").max().alias("last_weight"),
        )
        .join(parameters, on="rule")
        .select(
            "lead_id",
            pl.lit("engagement").alias("dimension"),
            "rule_group",
            _bounded(points, -pl.col("max_points"), pl.col("max_points")).round(6).alias("points"),
        )
    )


def _matches(things: pl.DataFrame, rules: pl.DataFrame) -> pl.DataFrame:
    """Every (event_type, asset) with each rule that it matches; text compares in lower case."""
    text = pl.col("asset").str.to_lowercase()
    part = pl.col("part")
    is_asset = (
        pl.when(pl.col("asset_operator") == "equals")
        .then(text == part)
        .when(pl.col("asset_operator") == "starts_with")
        .then(text.str.starts_with(part))
        .when(pl.col("asset_operator") == "contains")
        .then(text.str.contains(part, literal=True))
        .otherwise(pl.col("asset_operator").is_null())
    )
    is_type = (pl.col("activity_type") == "*") | (pl.col("activity_type") == pl.col("event_type"))
    alternatives = rules.with_columns(
        part=pl.col("asset_value").str.to_lowercase().str.split("|")
    ).explode("part")
    return (
        things.join(alternatives, how="cross")
        .filter(is_type & is_asset)
        .unique(["event_type", "asset", "rule"])
    )


def _fit(leads: pl.LazyFrame, seeds: Path) -> pl.LazyFrame:
    """Points of each lead and group of fit rules, matched on the distinct values of attributes."""
    values = leads.select(
        "lead_id",
        *(pl.col(name).cast(pl.String).str.to_lowercase() for name in _ATTRIBUTES),
    ).unpivot(_ATTRIBUTES, index="lead_id", variable_name="attribute", value_name="text")
    values = values.filter(pl.col("text").is_not_null())
    bounds = pl.col("value").str.split("..")
    rules = (
        _seed(seeds, "fit_rules", "points")
        .with_columns(
            part=pl.col("value").str.to_lowercase().str.split("|"),
            low=bounds.list.first().cast(pl.Float64, strict=False),
            high=bounds.list.last().cast(pl.Float64, strict=False),
        )
        .explode("part")
    )
    number = pl.col("text").cast(pl.Float64, strict=False)
    is_match = (
        pl.when(pl.col("operator").is_in(["equals", "in"]))
        .then(pl.col("text") == pl.col("part"))
        .when(pl.col("operator") == "contains")
        .then(pl.col("text").str.contains(pl.col("part"), literal=True))
        .when(pl.col("operator") == "at_least")
        .then(number >= pl.col("low"))
        .when(pl.col("operator") == "between")
        .then(number.is_between(pl.col("low"), pl.col("high")))
    )
    matches = (
        values.select("attribute", "text")
        .unique()
        .collect(engine="streaming")
        .join(rules, on="attribute")
        .filter(is_match)
        .unique(["attribute", "text", "rule_id"])
        .group_by("attribute", "text", "rule_group")
        .agg(pl.col("points").sum())
    )
    return values.join(matches.lazy(), on=["attribute", "text"]).select(
        "lead_id", pl.lit("fit").alias("dimension"), "rule_group", "points"
    )


def _bounded(value: pl.Expr, low: pl.Expr | None, high: pl.Expr | None) -> pl.Expr:
    """Keep a value between two bounds; null bounds do not bind."""
    if high is not None:
        value = pl.min_horizontal(value, high)
    if low is not None:
        value = pl.max_horizontal(value, low)
    return value


def _seed(seeds: Path, name: str, *numbers: str) -> pl.DataFrame:
    """Read a seed as text, with the named columns as numbers."""
    frame = pl.read_csv(seeds / f"{name}.csv", infer_schema=False)
    return frame.with_columns(pl.col(number).cast(pl.Float64) for number in numbers)


if __name__ == "__main__":
    run_as_command(write_scores)
