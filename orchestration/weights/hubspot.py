"""HubSpot's lead scoring configuration becomes draft rows of our seeds.

Source of the shape: HubSpot's public API specification, Marketing / Lead Scoring, 2026-09-beta,
schemas PublicScoreConfiguration and PublicDraftUpdateRequest.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from orchestration.weights.configuration import Piece

Row = dict[str, str | float | bool | None]

ATTRIBUTES = {
    **{"firstname": "first_name", "lastname": "last_name", "jobtitle": "job_title"},
    **{"company": "company_name", "website": "company_domain", "hs_email_domain": "email_domain"},
    **{"hs_analytics_source": "lead_source", "lifecyclestage": "lifecycle_stage"},
    **{"hs_email_optout": "is_email_opt_out", "annualrevenue": "annual_revenue"},
    **{"numemployees": "employee_count", "state": "region"},
}
"""Properties of contacts that have another name here; all others keep theirs."""

ASSETS = ("hs_url", "hs_page_url", "hs_form_name", "hs_form_title", "hs_email_campaign_name")
"""Properties of events that are the asset of an activity here."""

_DIMENSIONS = {"FIT": "fit", "INTENT": "engagement"}
_TEXT_OPERATORS = {"IS_EQUAL_TO": "in", "CONTAINS": "contains", "STARTS_WITH": "starts_with"}
_NUMBER_OPERATORS = {
    **{"IS_GREATER_THAN_OR_EQUAL_TO": "at_least", "IS_LESS_THAN_OR_EQUAL_TO": "at_most"},
    **{"IS_GREATER_THAN": "at_least", "IS_LESS_THAN": "at_most"},
}
_ABOVE = 1e-6
"""What `more than` adds to become `at least`: less than any figure of a lead differs by."""
_TIER, _GRADES, _LEVELS = (
    {"Scored": 0.0},
    {"C": 0.0, "B": 40.0, "A": 70.0},
    {"3": 0.0, "2": 40.0, "1": 70.0},
)


class NotExpressed(Exception):
    """A part of the configuration that our seeds have no cell for; the text says why."""


@dataclass(frozen=True)
class Part:
    """What became of one part of the configuration: `became` names rows, `reason` says why not."""

    pointer: str
    what: str
    became: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Link:
    """A number of the configuration and the cell that it became: cell = number × factor."""

    pointer: str
    seed: str
    row: int
    column: str
    factor: float = 1.0


@dataclass
class Draft:
    """Draft rows by seed, what became of each part, and which cell holds which number."""

    model_version: str
    seeds: dict[str, list[Row]] = field(default_factory=dict)
    parts: list[Part] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)

    def add(self, seed: str, row: Row, links: Mapping[str, tuple[str, float]] | None = None) -> str:
        """Add a row; `links` says which number each of its cells came from. Returns its name."""
        rows = self.seeds.setdefault(seed, [])
        taken = {known.get("rule_id") for known in rows}
        while row.get("rule_id") is not None and row["rule_id"] in taken:
            row["rule_id"] = f"{row['rule_id']}'"
        for column, (pointer, factor) in (links or {}).items():
            self.links.append(Link(pointer, seed, len(rows), column, factor))
        rows.append({"model_version": self.model_version, **row})
        name = row.get("rule_id") or row.get("rule_group") or row.get("tier") or ""
        return f"{seed}: {name}" if name else seed

    def became(self, piece: Piece, what: str, *rows: str) -> None:
        self.parts.append(Part(piece.pointer, what, became=", ".join(rows)))

    def lost(self, piece: Piece, what: str, reason: str) -> None:
        self.parts.append(Part(piece.pointer, what, reason=reason))


@dataclass(frozen=True)
class _Place:
    """Where rows of a rule go, and what all of them share."""

    dimension: str
    group: str
    rule_id: str
    limit: float | None
    limit_pointer: str
    decay: Row


def draft(score: Piece, events: Mapping[str, str], model_version: str = "") -> Draft:
    """Turn one score into draft rows.

    `events` maps HubSpot's event type ids to activity types, as the seed `event_vocabulary` does.
    Raises ConfigurationError where the document has not the shape of the specification.
    """
    name = score["name"].text()
    made = Draft(model_version or _slug(name) or "hubspot")
    categories = [piece.text() for piece in score["allowedGroupTypes"].items()]
    for piece in score["allowedGroupTypes"].items():
        if piece.text() not in _DIMENSIONS:
            raise piece.wrong(f"{piece.text()!r} is no category", "Write FIT or INTENT")
    has = {_DIMENSIONS[category] for category in categories}
    weight = 1 / len(has) if has else 0.5
    made.add(
        "score_models",
        {
            **{"score_name": "main", "role": "draft", "predicted_weight": 0, "traffic_share": 0},
            "fit_weight": (weight if "fit" in has else 0) if has else 0.5,
            "engagement_weight": (weight if "engagement" in has else 0) if has else 0.5,
            "description": _clean(f"{name}, imported from HubSpot"),
        },
    )
    _surroundings(made, score)
    seen: set[tuple[str, str]] = set()
    for group in score["groupConfigs"].items():
        _group(made, group, events, seen)
    _outputs(made, score, len(has) or 2)
    return made


def _surroundings(made: Draft, score: Piece) -> None:
    """What a score has beside its groups."""
    if score["objectTypeId"].text() != "0-1":
        made.lost(score["objectTypeId"], "scored object", "only contacts (0-1) are scored here")
    if (most := score.get("maxScorePerCategory")) and most.number() != 100:
        made.lost(most, "most points of a category", "fit and engagement go from 0 to 100 here")
    if filters := score.get("filterConfiguration"):
        made.lost(
            filters,
            "who is scored at all",
            "HubSpot's segments are not known here; write a row of disqualification_rules instead",
        )


def _group(
    made: Draft, group: Piece, events: Mapping[str, str], seen: set[tuple[str, str]]
) -> None:
    category = group["groupCategory"]
    if category.text() not in _DIMENSIONS:
        raise category.wrong(f"{category.text()!r} is no category", "Write FIT or INTENT")
    dimension = _DIMENSIONS[category.text()]
    name = _clean(group["groupName"].text()) or f"group {len(seen) + 1}"
    while (dimension, name) in seen:
        name += "'"
    seen.add((dimension, name))
    row: Row = {"dimension": dimension, "rule_group": name, "min_points": None, "max_points": None}
    links = {}
    for bound, column, allowed in (
        ("minValue", "min_points", lambda number: number <= 0),
        ("maxValue", "max_points", lambda number: number >= 0),
    ):
        if piece := group.get(bound):
            if allowed(piece.number()):
                row[column] = piece.number()
                links[column] = (piece.pointer, 1.0)
            else:
                made.lost(piece, f"{bound} of {name}", "a group's bounds have 0 between them here")
    made.became(group["groupName"], f"group {name}", made.add("score_groups", row, links))
    decay = _decay(made, group, dimension, name)
    for number, rule in enumerate(group["ruleConfigurations"].items(), start=1):
        _rule(made, rule, dimension, name, number, decay, events)


def _decay(made: Draft, group: Piece, dimension: str, name: str) -> Row:
    """A share that is lost each interval, as the half-life that loses as much."""
    piece = group.get("groupDecay")
    if piece is None:
        return {}
    days = piece["decayIntervalDays"].number()
    percent = piece["percentToDecayPerInterval"].number()
    if days <= 0 or not 0 <= percent <= 100:
        raise piece.wrong(
            f"{percent:g} % in {days:g} days is no decay", "Write 0 to 100 % and days above 0"
        )
    if dimension == "fit":
        made.lost(piece, f"decay of {name}", "fit does not fade here")
        return {}
    if percent == 0:
        made.lost(piece, f"decay of {name}", "0 % is no decay")
        return {}
    made.became(piece, f"decay of {name}", "decay and decay_days of its rules")
    if percent == 100:
        return {"decay": "step", "decay_days": days}
    half_life = days * math.log(0.5) / math.log(1 - percent / 100)
    return {"decay": "half_life", "decay_days": round(half_life, 6)}


def _rule(
    made: Draft,
    rule: Piece,
    dimension: str,
    group: str,
    number: int,
    decay: Row,
    events: Mapping[str, str],
) -> None:
    calculation = rule["configuration"]["calculation"]
    rule_id = _clean(rule["id"].text()) if rule.get("id") else ""
    leaves = list(_leaves(calculation))
    if not rule["enabled"].flag():
        for what, piece in leaves:
            made.lost(piece, what, "the rule is switched off in HubSpot")
        return
    limit, limit_pointer = _limit(made, rule, dimension, leaves)
    for count, (what, piece) in enumerate(leaves, start=1):
        name = (rule_id or f"{group} {number}") + (f" {count}" if len(leaves) > 1 else "")
        place = _Place(dimension, group, name, limit, limit_pointer, decay)
        try:
            made.became(piece, what, *_leaf(made, piece, what, place, events))
        except NotExpressed as reason:
            made.lost(piece, what, str(reason))


def _limit(
    made: Draft, rule: Piece, dimension: str, leaves: list[tuple[str, Piece]]
) -> tuple[float | None, str]:
    """A rule's own bounds, where one row can hold them."""
    bounds = [piece for name in ("maximumValue", "minimumValue") if (piece := rule.get(name))]
    if not bounds:
        return None, ""
    is_one_event_row = dimension == "engagement" and len(leaves) == 1
    sizes = {abs(piece.number()) for piece in bounds if piece.number() != 0}
    if is_one_event_row and len(sizes) == 1:
        [piece] = [piece for piece in bounds if piece.number() != 0][:1]
        made.became(piece, "limit of a rule", "max_points")
        for other in bounds:
            if other is not piece:
                made.became(other, "limit of a rule", "max_points")
        return abs(piece.number()), piece.pointer if piece.number() > 0 else ""
    for piece in bounds:
        made.lost(
            piece,
            "limit of a rule",
            "here a limit belongs to one row of engagement rules, the same up and down; "
            "the group's bounds may serve",
        )
    return None, ""


def _leaves(calculation: Piece) -> Iterator[tuple[str, Piece]]:
    """The parts of a calculation that give points of their own, with a name for messages."""
    kind = calculation["type"].text()
    if kind == "MULTI":
        for piece in calculation["calculators"].items():
            yield from _leaves(piece)
    elif kind == "MATCH":
        for piece in calculation["matchRules"].items():
            yield f"property {calculation['property'].text()}", piece
        if default := calculation.get("defaultValue"):
            yield f"points where property {calculation['property'].text()} matches nothing", default
    elif kind == "MULTI_UE":
        for piece in calculation["eventCalculators"].items():
            yield f"event {piece['eventTypeId'].text()}", piece
    elif kind == "SEGMENT_MEMBERSHIP":
        for piece in calculation["segmentMembershipRules"].items():
            yield "membership of segments", piece
    elif kind in ("CONSTANT", "CONDITIONAL", "ASSOCIATIONS", "ASSOCIATION_UE"):
        yield kind.lower().replace("_", " "), calculation
    else:
        raise calculation["type"].wrong(
            f"{kind!r} is no kind of calculation", "Save HubSpot's answer as it came"
        )


def _leaf(
    made: Draft, piece: Piece, what: str, place: _Place, events: Mapping[str, str]
) -> list[str]:
    if what.startswith("event "):
        return _event(made, piece, place, events)
    if what == "constant":
        if place.dimension != "fit":
            raise NotExpressed("points without any activity are fit points here")
        return [_fit(made, place, piece["value"], ("lead_id", "is_present", ""))]
    if what == "conditional":
        conditions = list(_conditions(piece["whereCondition"]))
        if len(conditions) > 2:
            raise NotExpressed("a rule here has at most two conditions")
        return [_fit(made, place, piece["value"], *conditions)]
    if what.startswith("property "):
        name = what.removeprefix("property ")
        return [_fit(made, place, piece["value"], _condition(name, piece["operation"]))]
    if what.startswith("points where"):
        raise NotExpressed("a rule here gives points for what is so, not for what is not")
    if what == "membership of segments":
        raise NotExpressed("HubSpot's segments are not known here; write their conditions as rules")
    raise NotExpressed("what associated records have is not counted here")


def _fit(made: Draft, place: _Place, points: Piece, *conditions: tuple[str, str, str]) -> str:
    if place.dimension != "fit":
        raise NotExpressed("a property tells who somebody is: here it belongs to fit")
    row: Row = {
        **{"rule_id": place.rule_id, "rule_group": place.group, "segment": None},
        **dict(zip(("attribute", "operator", "value"), conditions[0], strict=True)),
        **{"and_attribute": None, "and_operator": None, "and_value": None},
        **{"points": points.number(), "description": _described(conditions)},
    }
    if len(conditions) == 2:
        names = ("and_attribute", "and_operator", "and_value")
        row |= dict(zip(names, conditions[1], strict=True))
    return made.add("fit_rules", row, {"points": (points.pointer, 1.0)})


def _event(made: Draft, piece: Piece, place: _Place, events: Mapping[str, str]) -> list[str]:
    if place.dimension != "engagement":
        raise NotExpressed("what people do belongs to engagement here")
    event_type = piece["eventTypeId"].text()
    activity_type = events.get(event_type.lower())
    if activity_type is None:
        raise NotExpressed(
            f"no row of the seed event_vocabulary says what hubspot's event {event_type} is"
        )
    window, window_pointer = _window(piece.get("eventTimeframe"))
    least, least_pointer, given = _least(piece.get("eventFrequencyCriteria"))
    names = []
    for asset, each in list(_points_of_event(piece["recordCalculation"])):
        points = given or each
        row: Row = {
            **{"rule_id": place.rule_id, "rule_group": place.group, "segment": None},
            **{"activity_type": activity_type, "asset_operator": asset[0]},
            **{"asset_value": asset[1], "personalized": None, "measure": "events"},
            **{"per_activity_type": None, "points": points.number(), "min_units": least},
            **{"daily_limit": None, "max_points": place.limit, "window_days": window},
            **{"decay": None, "decay_days": None, **place.decay, "count_automated": None},
            "description": _clean(f"{activity_type.replace('_', ' ')} {asset[1] or ''}"),
        }
        links = {
            "points": (points.pointer, 1.0),
            "window_days": (window_pointer, 1.0),
            "min_units": (least_pointer, 1.0),
            "max_points": (place.limit_pointer, 1.0),
        }
        links = {column: link for column, link in links.items() if link[0]}
        names.append(made.add("engagement_rules", row, links))
    return names


def _window(timeframe: Piece | None) -> tuple[float | None, str]:
    if timeframe is None:
        return None, ""
    operation = timeframe["eventFilterOperation"]
    if operation["operationType"].text() != "ROLLING_DATE_RANGE":
        raise NotExpressed("a time frame here is a number of days up to the day that is scored")
    days = operation["numberOfDays"]
    if days.number() <= 0:
        raise NotExpressed("a time frame has one day at least")
    return days.number(), days.pointer


def _least(criteria: Piece | None) -> tuple[float | None, str, Piece | None]:
    """How often something must happen, and the points for that; without it each time counts."""
    if criteria is None:
        return None, "", None
    ranges = list(criteria["ranges"].items())
    if len(ranges) != 1 or ranges[0]["type"].text() != "AT_LEAST":
        raise NotExpressed("a rule here asks for a least number of times, without an upper end")
    least = ranges[0]["from"]
    if least.number() <= 0:
        raise NotExpressed("a least number of times is above 0")
    return least.number(), least.pointer, ranges[0]["value"]


def _points_of_event(
    calculation: Piece,
) -> Iterator[tuple[tuple[str | None, str | None], Piece]]:
    """Asset condition and points."""
    kind = calculation["type"].text()
    if kind == "CONSTANT":
        yield (None, None), calculation["value"]
        return
    if kind != "MATCH":
        raise NotExpressed("an event has one condition here: on the page, form or mail it is about")
    name = calculation["property"].text()
    if name not in ASSETS:
        raise NotExpressed(f"activities here have no {name}")
    if calculation.get("defaultValue"):
        raise NotExpressed("points for all other events would count twice with those for this one")
    for rule in calculation["matchRules"].items():
        _attribute, operator, value = _condition(name, rule["operation"])
        if operator not in ("in", "contains", "starts_with", "equals"):
            raise NotExpressed(f"the asset of an activity cannot be compared by {operator}")
        yield ("equals" if operator == "in" else operator, value), rule["value"]


def _conditions(condition: Piece) -> Iterator[tuple[str, str, str]]:
    kind = condition["type"].text()
    if kind == "SINGLE":
        yield _condition(condition["property"].text(), condition["operation"])
    elif kind == "COMPOSITE":
        for piece in condition["conditions"].items():
            yield from _conditions(piece)
    else:
        raise condition["type"].wrong(f"{kind!r} is no condition", "Write SINGLE or COMPOSITE")


def _condition(name: str, operation: Piece) -> tuple[str, str, str]:
    """Attribute, operator and value of our seeds for one operation on a property."""
    attribute = ATTRIBUTES.get(name, name.lower())
    kind, operator = operation["operationType"].text(), operation["operator"].text()
    counts_empty = operation["includeObjectsWithNoValueSet"].flag()
    if kind == "ALL_PROPERTY" and operator in ("IS_KNOWN", "IS_UNKNOWN"):
        return attribute, "is_present" if operator == "IS_KNOWN" else "is_empty", ""
    if counts_empty:
        raise NotExpressed("a missing value satisfies no condition here but is_empty")
    if kind == "BOOL" and operator == "IS_EQUAL_TO":
        return attribute, "equals", "true" if operation["value"].flag() else "false"
    if kind in ("STRING", "MULTISTRING", "ENUMERATION"):
        ours = "in" if (kind, operator) == ("ENUMERATION", "IS_ANY_OF") else None
        ours = ours or (None if kind == "ENUMERATION" else _TEXT_OPERATORS.get(operator))
        values = (
            [operation["value"].text()]
            if kind == "STRING"
            else [piece.text() for piece in operation["values"].items()]
        )
        if ours:
            if any("|" in value or not _clean(value) for value in values) or not values:
                raise NotExpressed("values here are not blank and hold no |")
            text = "|".join(_clean(value) for value in values)
            return attribute, ours, text
    if kind == "NUMBER":
        number = operation["value"].number()
        if operator == "IS_EQUAL_TO":
            return attribute, "between", f"{_plain(number)}..{_plain(number)}"
        if operator in _NUMBER_OPERATORS:
            beyond = {"IS_GREATER_THAN": _ABOVE, "IS_LESS_THAN": -_ABOVE}.get(operator, 0)
            return attribute, _NUMBER_OPERATORS[operator], _plain(number + beyond)
    if kind == "NUMBER_RANGED" and operator in ("IS_BETWEEN", "IN_RANGE"):
        low, high = operation["lowerBound"].number(), operation["upperBound"].number()
        if low <= high:
            return attribute, "between", f"{_plain(low)}..{_plain(high)}"
    raise NotExpressed(f"there is no operator here for {kind} {operator}")


def _outputs(made: Draft, score: Piece, categories: int) -> None:
    """Thresholds become tiers, grades and levels; what HubSpot does not set gets a start."""
    found: dict[str, dict[str, tuple[float, str, float]]] = {}
    outputs = score.get("outputConfiguration")
    for output in list(outputs["outputs"].items()) if outputs else []:
        kind = output["outputType"].text()
        if kind == "SCORE":
            made.became(output, "property that holds the score", "lead_scores.score")
        elif kind == "THRESHOLD":
            of = (
                [piece.text() for piece in output["categories"].items()]
                if output.get("categories")
                else []
            )
            seed = {("FIT",): "fit_grades", ("INTENT",): "engagement_levels"}.get(tuple(of))
            seed = seed if seed and categories > 1 else "score_tiers"
            factor = 1 / categories if seed == "score_tiers" else 1.0
            _boundaries(made, found, output["boundaries"], seed, factor)
        elif kind == "MATRIX":
            for name, piece in output["boundaries"].members().items():
                seed = {"FIT": "fit_grades", "INTENT": "engagement_levels"}.get(name)
                if seed is None:
                    raise piece.wrong(f"{name!r} is no category", "Write FIT or INTENT")
                _boundaries(made, found, piece, seed, 1.0)
        else:
            raise output["outputType"].wrong(f"{kind!r} is no output", "Save the answer as it came")
    for seed, column, start in (
        ("score_tiers", "tier", _TIER),
        ("fit_grades", "grade", _GRADES),
        ("engagement_levels", "level", _LEVELS),
    ):
        bounds = found.get(seed) or {name: (value, "", 1.0) for name, value in start.items()}
        for name, (value, pointer, factor) in sorted(bounds.items(), key=lambda item: item[1][0]):
            row: Row = {column: name, "min_score": value}
            if seed == "score_tiers":
                row |= {"min_fit_score": None, "min_engagement_score": None, "exit_margin": None}
            made.add(seed, row, {"min_score": (pointer, factor)} if pointer else None)


def _boundaries(
    made: Draft,
    found: dict[str, dict[str, tuple[float, str, float]]],
    boundaries: Piece,
    seed: str,
    factor: float,
) -> None:
    if seed in found:
        made.lost(boundaries, "thresholds", f"{seed} are set by an earlier output already")
        return
    bounds: dict[str, tuple[float, str, float]] = {}
    for piece in boundaries.items():
        label, threshold = _clean(piece["label"].text()), piece["threshold"]
        value = round(threshold.number() * factor, 6)
        if value < 0 or not label or label in bounds or label.lower() == "disqualified":
            made.lost(piece, "threshold", "a tier has a name of its own and begins at 0 or above")
        elif value in {known for known, _pointer, _factor in bounds.values()}:
            made.lost(piece, "threshold", "another tier begins there too")
        else:
            bounds[label] = (value, threshold.pointer, factor)
            made.became(piece, f"threshold {label}", seed)
    if bounds and 0 not in {value for value, _pointer, _factor in bounds.values()}:
        bounds["(below)" if seed == "score_tiers" else "-"] = (0.0, "", 1.0)
    if bounds:
        found[seed] = bounds


def _described(conditions: tuple[tuple[str, str, str], ...]) -> str:
    texts = (
        f"{attribute.replace('_', ' ')} {operator.replace('_', ' ')} {value.replace('|', ' or ')}"
        for attribute, operator, value in conditions
    )
    return _clean(" and ".join(text.strip() for text in texts))[:200]


def _plain(number: float) -> str:
    return f"{number:.6f}".rstrip("0").rstrip(".")


def _clean(text: str) -> str:
    """One line without blanks at its ends: what a cell of a seed holds."""
    return " ".join(text.split())


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
