"""Each way to break a scoring seed is found, placed and explained; valid seeds pass in silence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from seed_files import SeedFiles

from orchestration.quality.seed_columns import SEEDS
from orchestration.quality.seed_tables import EVERY_SEED
from orchestration.quality.seeds import validate_seeds

PROJECT = Path(__file__).parents[3]


@pytest.fixture
def seeds(tmp_path: Path) -> SeedFiles:
    return SeedFiles(tmp_path)


@dataclass(frozen=True)
class Case:
    """One break and the problem that must name it; texts are parts of the message and remedy."""

    name: str
    break_it: Callable[[SeedFiles], None]
    file: str
    key: str
    column: str
    message: str
    remedy: str = ""


def cell(
    name: str,
    seed: str,
    index: int,
    cells: dict[str, str],
    key: str,
    message: str,
    remedy: str = "",
    column: str = "",
) -> Case:
    """A case that overwrites cells of one row; the problem is in the first unless said."""
    return Case(
        name,
        lambda seeds: seeds.set(seed, index, **cells),
        seed,
        key,
        column or next(iter(cells)),
        message,
        remedy,
    )


PRICING = "v1 / pricing (line 2)"
REGULAR = "v1 / regular (line 3)"
CLICKS = "v1 / click_rate (line 4)"
QUIET = "v1 / quiet (line 5)"
VIP = "v1 / vip (line 2)"
BANKER = "v1 / vip / banks (line 3)"
SIZE = "v1 / size (line 4)"

BROKEN_CELLS = [
    # numbers
    cell("a decimal comma", "fit_rules", 0, {"points": "1,5"}, VIP, "'1,5' is not a number", "1.5"),
    cell("nan as points", "fit_rules", 0, {"points": "NaN"}, VIP, "'NaN' is not a finite number"),
    cell("infinite points", "engagement_rules", 0, {"points": "-inf"}, PRICING, "finite number"),
    cell("a number too large", "fit_rules", 0, {"points": "1e400"}, VIP, "not a finite number"),
    cell("a digit of another script", "fit_rules", 0, {"points": "٣"}, VIP, "is not a number"),
    cell("an underscore", "fit_rules", 0, {"points": "1_000"}, VIP, "'1_000' is not a number"),
    cell("blank points", "fit_rules", 0, {"points": " "}, VIP, "is blank", "Fill in a number"),
    cell(
        "no daily limit",
        "engagement_rules",
        0,
        {"daily_limit": "0"},
        PRICING,
        "'0' is out of range",
        "a number above 0",
    ),
    cell("a negative limit", "engagement_rules", 0, {"max_points": "-5"}, PRICING, "out of range"),
    cell("no window", "engagement_rules", 0, {"window_days": "0"}, PRICING, "out of range"),
    cell("decay over 0 days", "engagement_rules", 0, {"decay_days": "0"}, PRICING, "out of range"),
    cell("no threshold", "engagement_rules", 1, {"min_units": "0"}, REGULAR, "out of range"),
    cell(
        "a positive group minimum",
        "score_groups",
        3,
        {"min_points": "1"},
        "v1 / engagement / mail (line 5)",
        "'1' is out of range",
        "0 or a number below it",
    ),
    cell(
        "a negative group maximum",
        "score_groups",
        3,
        {"max_points": "-1"},
        "v1 / engagement / mail (line 5)",
        "'-1' is out of range",
    ),
    cell(
        "a share above 1",
        "score_models",
        0,
        {"traffic_share": "20"},
        "v1 (line 2)",
        "'20' is out of range",
        "a number from 0 to 1",
    ),
    cell(
        "a negative weight",
        "score_models",
        0,
        {"fit_weight": "-0.2", "engagement_weight": "1.2"},
        "v1 (line 2)",
        "'-0.2' is out of range",
    ),
    cell(
        "a negative exit margin",
        "score_tiers",
        1,
        {"exit_margin": "-1"},
        "v1 / Cold (line 3)",
        "out of range",
    ),
    cell(
        "a priority that is no number",
        "score_segments",
        0,
        {"priority": "first"},
        "v1 / banks (line 2)",
        "'first' is not a number",
    ),
    # words
    cell(
        "an unknown operator",
        "fit_rules",
        0,
        {"operator": "has_wrod"},
        VIP,
        "'has_wrod' is not a known operator",
        "Did you mean has_word? Use one of equals, in,",
    ),
    cell("an operator in capitals", "fit_rules", 0, {"operator": "IN"}, VIP, "'IN' is not", "in?"),
    cell("a blank operator", "fit_rules", 0, {"operator": ""}, VIP, "is blank", "one of equals"),
    cell("an unknown and_operator", "fit_rules", 1, {"and_operator": "is"}, BANKER, "'is' is not"),
    cell(
        "an unknown operator of a segment",
        "score_segments",
        0,
        {"operator": "like"},
        "v1 / banks (line 2)",
        "'like' is not a known operator",
    ),
    cell(
        "an unknown operator of a disqualification",
        "disqualification_rules",
        0,
        {"operator": "equal"},
        "v1 / rival (line 2)",
        "'equal' is not a known operator",
        "Did you mean equals?",
    ),
    cell(
        "an asset operator that only attributes have",
        "engagement_rules",
        0,
        {"asset_operator": "in"},
        PRICING,
        "'in' is not a known asset operator",
        "any, equals, starts_with, contains, has_word",
    ),
    cell(
        "an unknown measure",
        "engagement_rules",
        0,
        {"measure": "event"},
        PRICING,
        "'event' is not a known measure",
        "Did you mean events?",
    ),
    cell("a blank measure", "engagement_rules", 0, {"measure": ""}, PRICING, "is blank", "events"),
    cell(
        "an unknown decay",
        "engagement_rules",
        0,
        {"decay": "halflife"},
        PRICING,
        "'halflife' is not a known decay",
        "Did you mean half_life?",
    ),
    cell(
        "an unknown personalized",
        "engagement_rules",
        0,
        {"personalized": "true"},
        PRICING,
        "'true' is not a known personalized",
        "any, yes, no",
    ),
    cell(
        "a truth that is neither",
        "engagement_rules",
        0,
        {"count_automated": "ja"},
        PRICING,
        "'ja' is neither true nor false",
    ),
    cell(
        "an unknown role",
        "score_models",
        1,
        {"role": "retired"},
        "v0 (line 3)",
        "'retired' is not a known role",
        "champion, challenger, draft, archived",
    ),
    cell(
        "an unknown dimension",
        "score_groups",
        0,
        {"dimension": "Fit"},
        "v1 / Fit / title (line 2)",
        "'Fit' is not a known dimension",
        "Did you mean fit?",
    ),
    # names
    cell("a blank rule id", "fit_rules", 0, {"rule_id": ""}, "v1 / (blank) (line 2)", "is blank"),
    cell(
        "a rule id of blanks",
        "fit_rules",
        0,
        {"rule_id": " \t"},
        "v1 / (blank) (line 2)",
        "is blank",
    ),
    cell("a blank attribute", "fit_rules", 0, {"attribute": ""}, VIP, "is blank"),
    cell("a blank activity type", "engagement_rules", 1, {"activity_type": ""}, REGULAR, "blank"),
    cell("a blank group", "engagement_rules", 1, {"rule_group": ""}, REGULAR, "is blank"),
    cell(
        "a blank model version",
        "score_tiers",
        0,
        {"model_version": ""},
        "(blank) / Hot (line 2)",
        "is blank",
    ),
    cell(
        "an unknown model version",
        "fit_rules",
        2,
        {"model_version": "v11"},
        "v11 / size (line 4)",
        "'v11' is not a model version of score_models",
        "Did you mean v1? Use one of v1, v0.",
    ),
    cell(
        "a model version in other case",
        "fit_grades",
        0,
        {"model_version": "V1"},
        "V1 / A (line 2)",
        "'V1' is not a model version",
    ),
    cell(
        "an unknown group",
        "fit_rules",
        2,
        {"rule_group": "compnay"},
        SIZE,
        "'compnay' is not a group of v1 for fit",
        "Did you mean company?",
    ),
    cell(
        "a group of the other dimension",
        "fit_rules",
        2,
        {"rule_group": "web"},
        SIZE,
        "'web' is not a group of v1 for fit, only for engagement",
        "Use one of title, company.",
    ),
    cell(
        "an unknown segment",
        "fit_rules",
        1,
        {"segment": "bank"},
        "v1 / vip / bank (line 3)",
        "'bank' is not a segment of v1",
        "Did you mean banks?",
    ),
    cell(
        "a rule for the default segment",
        "engagement_rules",
        0,
        {"segment": "default"},
        "v1 / pricing / default (line 2)",
        "'default' cannot be named by a row",
        "Leave the segment blank",
    ),
    cell(
        "a segment named default",
        "score_segments",
        0,
        {"segment": "default"},
        "v1 / default (line 2)",
        "'default' is the segment of all other leads",
    ),
    cell(
        "a tier named Disqualified",
        "score_tiers",
        0,
        {"tier": "Disqualified"},
        "v1 / Disqualified (line 2)",
        "'Disqualified' is the tier of disqualified leads",
    ),
    # values
    cell("a blank value", "fit_rules", 0, {"value": ""}, VIP, "blank, but has_word needs a value"),
    cell(
        "an empty alternative",
        "fit_rules",
        0,
        {"value": "vp|"},
        VIP,
        "'vp|' has an empty alternative",
        "both sides of every |",
    ),
    cell("an alternative of blanks", "fit_rules", 0, {"value": "vp| |cto"}, VIP, "empty altern"),
    cell(
        "an empty alternative of a segment",
        "score_segments",
        0,
        {"value": "|Banking"},
        "v1 / banks (line 2)",
        "empty alternative",
    ),
    cell(
        "an empty alternative of an asset",
        "engagement_rules",
        0,
        {"asset_value": "/pricing|"},
        PRICING,
        "'/pricing|' has an empty alternative",
    ),
    cell(
        "no asset to compare with",
        "engagement_rules",
        0,
        {"asset_value": ""},
        PRICING,
        "blank, but starts_with needs a value",
    ),
    cell(
        "a range with one dot",
        "fit_rules",
        2,
        {"value": "50.500"},
        SIZE,
        "'50.500' is not a range",
        "low..high, such as 50..500",
    ),
    cell("a range without end", "fit_rules", 2, {"value": "50.."}, SIZE, "is not a range"),
    cell("a range of words", "fit_rules", 2, {"value": "few..many"}, SIZE, "is not a range"),
    cell("an endless range", "fit_rules", 2, {"value": "1..inf"}, SIZE, "is not a range"),
    cell("a range of three", "fit_rules", 2, {"value": "1..2..3"}, SIZE, "is not a range"),
    cell(
        "a range that falls",
        "fit_rules",
        2,
        {"value": "500 .. 50"},
        SIZE,
        "'500 .. 50' begins above its end",
        "50..500",
    ),
    cell(
        "a word for a number",
        "disqualification_rules",
        0,
        {"operator": "at_most", "value": "few"},
        "v1 / rival (line 2)",
        "'few' is not a number, which at_most needs",
        column="value",
    ),
    cell(
        "a value without and_attribute",
        "fit_rules",
        0,
        {"and_attribute": "", "and_operator": "", "and_value": "x"},
        VIP,
        "the cell is blank, but and_value is filled in",
        "Fill in and_attribute too",
    ),
    cell(
        "an and_attribute without operator",
        "fit_rules",
        1,
        {"and_operator": ""},
        BANKER,
        "the cell is blank, but and_attribute and and_value is filled in",
    ),
    cell("a blank and_value", "fit_rules", 1, {"and_value": ""}, BANKER, "equals needs a value"),
    # what a measure or decay needs
    cell(
        "inactivity without days",
        "engagement_rules",
        3,
        {"min_units": ""},
        QUIET,
        "the cell is blank, but measure days_inactive needs it",
    ),
    cell(
        "a rate without a share",
        "engagement_rules",
        2,
        {"min_units": ""},
        CLICKS,
        "the cell is blank, but measure rate needs it",
        "0.25",
    ),
    cell(
        "a rate of nothing",
        "engagement_rules",
        2,
        {"per_activity_type": ""},
        CLICKS,
        "the cell is blank, but measure rate needs it",
        "email_delivered",
    ),
    cell(
        "decay without days",
        "engagement_rules",
        0,
        {"decay_days": ""},
        PRICING,
        "the cell is blank, but decay half_life needs it",
    ),
    # models
    cell(
        "weights above 1",
        "score_models",
        0,
        {"fit_weight": "0.5"},
        "v1 (line 2)",
        "fit_weight, engagement_weight and predicted_weight sum to 1.1, not to 1",
    ),
    cell(
        "no champion",
        "score_models",
        0,
        {"role": "draft"},
        "v1 (line 2)",
        "score 'main' has no champion",
        "Give one of v1, v0 the role champion",
    ),
    cell(
        "two champions",
        "score_models",
        1,
        {"role": "champion"},
        "v0 (line 3)",
        "score 'main' has a second champion beside v1",
    ),
    cell(
        "a score name without champion",
        "score_models",
        1,
        {"score_name": "upsell"},
        "v0 (line 3)",
        "score 'upsell' has no champion",
        column="role",
    ),
    cell(
        "a model in play without tiers",
        "score_models",
        1,
        {"role": "draft"},
        "v0",
        "model version 'v0' has no tier",
        column="model_version",
    ),
    # thresholds
    cell(
        "tiers from 10",
        "score_tiers",
        1,
        {"min_score": "10"},
        "v1 / Cold (line 3)",
        "the lowest tier starts at 10",
        "start at 0",
    ),
    cell(
        "two tiers from 0",
        "score_tiers",
        0,
        {"min_score": "0.0"},
        "v1 / Cold (line 3)",
        "Cold and Hot overlap: both start at 0",
        column="min_score",
    ),
    cell(
        "a lowest tier with a minimum",
        "score_tiers",
        1,
        {"min_engagement_score": "5"},
        "v1 / Cold (line 3)",
        "the lowest tier has a further minimum",
    ),
    cell(
        "grades from 5",
        "fit_grades",
        1,
        {"min_score": "5"},
        "v1 / B (line 3)",
        "the lowest grade starts at 5",
    ),
    cell(
        "levels from 5",
        "engagement_levels",
        0,
        {"min_score": "5"},
        "v1 / 1 (line 2)",
        "the lowest level starts at 5",
    ),
    cell(
        "a threshold that is no number",
        "fit_grades",
        0,
        {"min_score": "fifty"},
        "v1 / A (line 2)",
        "'fifty' is not a number",
    ),
]

# Where the problem is told in another file than the one that was changed.
ELSEWHERE = {"a model in play without tiers": "score_tiers"}
# What a mistake really breaks in other files.
FOLLOWING = {
    "a segment named default": {"fit_rules"},
    "two champions": {"score_tiers", "fit_grades", "engagement_levels"},
}

BROKEN_ROWS = [
    Case(
        "a rule twice",
        lambda seeds: seeds.add("fit_rules", like=0, points="1"),
        "fit_rules",
        "v1 / vip (line 5)",
        "rule_id",
        "the same model_version, rule_id and segment stands on line 2 already",
    ),
    Case(
        "a rule twice in a segment",
        lambda seeds: seeds.add("fit_rules", like=1),
        "fit_rules",
        "v1 / vip / banks (line 5)",
        "segment",
        "stands on line 3 already",
    ),
    Case(
        "an engagement rule twice",
        lambda seeds: seeds.add("engagement_rules", like=3),
        "engagement_rules",
        "v1 / quiet (line 6)",
        "rule_id",
        "stands on line 5 already",
    ),
    Case(
        "a model version twice",
        lambda seeds: seeds.add("score_models", like=1),
        "score_models",
        "v0 (line 4)",
        "model_version",
        "the same model_version stands on line 3 already",
    ),
    Case(
        "a group twice",
        lambda seeds: seeds.add("score_groups", like=0, max_points="5"),
        "score_groups",
        "v1 / fit / title (line 6)",
        "rule_group",
        "stands on line 2 already",
    ),
    Case(
        "a disqualification twice",
        lambda seeds: seeds.add("disqualification_rules", value="other.example"),
        "disqualification_rules",
        "v1 / rival (line 3)",
        "rule_id",
        "stands on line 2 already",
    ),
    Case(
        "a tier twice",
        lambda seeds: seeds.add("score_tiers", like=0, min_score="70"),
        "score_tiers",
        "v1 / Hot (line 4)",
        "tier",
        "stands on line 2 already",
    ),
    Case(
        "no tiers",
        lambda seeds: (seeds.remove("score_tiers", 0), seeds.remove("score_tiers", 0)),
        "score_tiers",
        "v1",
        "model_version",
        "model version 'v1' has no tier",
        "the lowest tier with min_score 0",
    ),
    Case(
        "no levels",
        lambda seeds: seeds.remove("engagement_levels", 0),
        "engagement_levels",
        "v1",
        "model_version",
        "model version 'v1' has no level",
    ),
    Case(
        "no score named main",
        lambda seeds: (
            seeds.remove("score_models", 1),
            seeds.set("score_models", 0, score_name="upsell"),
        ),
        "score_models",
        "main",
        "role",
        "score 'main' has no champion",
        "Add a model version with score_name main",
    ),
    Case(
        "a keyword of an unknown kind",
        lambda seeds: seeds.set("job_title_keywords", 0, kind="rank"),
        "job_title_keywords",
        "rank / vp (line 2)",
        "kind",
        "'rank' is not a known kind",
    ),
]

BROKEN_FILES = [
    Case(
        "a missing file",
        lambda seeds: seeds.path("fit_grades").unlink(),
        "fit_grades",
        "",
        "",
        "the file is missing",
        "only the header line",
    ),
    Case(
        "a misnamed file",
        lambda seeds: seeds.path("fit_rules").rename(seeds.path("fit_rules").with_stem("fit_rule")),
        "fit_rules",
        "",
        "",
        "the file is missing",
        "Rename fit_rule.csv to fit_rules.csv.",
    ),
    Case(
        "a folder in place of a file",
        lambda seeds: (seeds.path("fit_rules").unlink(), seeds.path("fit_rules").mkdir()),
        "fit_rules",
        "",
        "",
        "the file cannot be read",
    ),
    Case(
        "an empty file",
        lambda seeds: seeds.edit("score_tiers", lambda text: ""),
        "score_tiers",
        "header",
        "tier",
        "the column is missing",
        "The columns are model_version, tier,",
    ),
    Case(
        "a missing column",
        lambda seeds: seeds.edit("fit_grades", lambda text: text.replace("grade,", "")),
        "fit_grades",
        "header",
        "grade",
        "the column is missing",
        "Add it to the header.",
    ),
    Case(
        "a misspelt column",
        lambda seeds: seeds.edit("score_tiers", lambda text: text.replace("min_score", "minscore")),
        "score_tiers",
        "header",
        "min_score",
        "the column is missing",
        "Rename the column 'minscore'.",
    ),
    Case(
        "a repeated column",
        lambda seeds: seeds.edit("fit_grades", lambda text: text.replace("\r\n", ",grade\r\n")),
        "fit_grades",
        "header",
        "grade",
        "the column stands there twice",
    ),
    Case(
        "a column without name",
        lambda seeds: seeds.edit("fit_grades", lambda text: text.replace("\r\n", ",\r\n")),
        "fit_grades",
        "header",
        "",
        "a column has no name",
    ),
    Case(
        "a row with a cell too many",
        lambda seeds: seeds.edit("fit_grades", lambda text: text.replace("A,50", "A,50,")),
        "fit_grades",
        "line 2",
        "",
        "the row has 4 cells, the header has 3",
        "double quotes",
    ),
    Case(
        "a row with a cell too few",
        lambda seeds: seeds.edit("fit_grades", lambda text: text.replace("A,50", "A")),
        "fit_grades",
        "line 2",
        "",
        "the row has 2 cells, the header has 3",
    ),
    Case(
        "a row of commas",
        lambda seeds: seeds.edit("fit_grades", lambda text: text + ",,\r\n"),
        "fit_grades",
        "line 4",
        "",
        "the row is empty",
        "Remove the line.",
    ),
    Case(
        "text that is not UTF-8",
        lambda seeds: seeds.edit(
            "fit_rules", lambda text: text.replace("Came", "ü").encode() + b"\xfc"
        ),
        "fit_rules",
        "",
        "",
        "the file is not UTF-8 text (see line 5)",
        "CSV UTF-8",
    ),
    Case(
        "an open quote",
        lambda seeds: seeds.edit("fit_rules", lambda text: text + 'v1,"'),
        "fit_rules",
        "",
        "",
        "the file is not valid CSV",
        "Close every double quote",
    ),
    Case(
        "semicolons",
        lambda seeds: seeds.edit("fit_grades", lambda text: text.replace(",", ";")),
        "fit_grades",
        "header",
        "",
        "the cells are not separated by commas",
    ),
    Case(
        "a missing reference list",
        lambda seeds: seeds.path("countries").unlink(),
        "countries",
        "",
        "",
        "the file is missing",
    ),
]


@pytest.mark.parametrize(
    "case", [*BROKEN_CELLS, *BROKEN_ROWS, *BROKEN_FILES], ids=lambda case: case.name
)
def test_broken_seed_is_placed_and_explained(seeds: SeedFiles, case: Case) -> None:
    case.break_it(seeds)

    file = str(seeds.path(ELSEWHERE.get(case.name, case.file)).relative_to(seeds.project_dir))
    problems = seeds.problems()
    placed = [p for p in problems if (p.file, p.key, p.column) == (file, case.key, case.column)]
    assert placed, f"nothing at {file}, {case.key}, {case.column}: {problems}"
    assert any(case.message in p.message and case.remedy in p.remedy for p in placed), placed
    assert all(p.remedy for p in problems), "every problem says what would be valid"


@pytest.mark.parametrize(
    "case",
    [case for case in (*BROKEN_CELLS, *BROKEN_FILES) if case.name not in ELSEWHERE],
    ids=lambda case: case.name,
)
def test_one_mistake_is_told_in_its_own_file_only(seeds: SeedFiles, case: Case) -> None:
    case.break_it(seeds)

    told = {Path(problem.file).stem for problem in seeds.problems()}
    assert told <= {case.file} | FOLLOWING.get(case.name, set())


def test_valid_seeds_have_no_problem_and_no_warning(seeds: SeedFiles) -> None:
    assert validate_seeds(seeds.project_dir) == []


def test_starter_seeds_have_no_problem_and_no_warning() -> None:
    assert [str(problem) for problem in validate_seeds(PROJECT)] == []


def test_all_problems_are_told_at_once(seeds: SeedFiles) -> None:
    seeds.set("fit_rules", 0, points="many", operator="like")
    seeds.set("engagement_rules", 0, decay="slow", window_days="-1")
    seeds.set("score_models", 0, fit_weight="0.7")
    seeds.path("score_groups").unlink()

    assert {(Path(p.file).stem, p.column) for p in seeds.problems()} == {
        ("fit_rules", "points"),
        ("fit_rules", "operator"),
        ("engagement_rules", "decay"),
        ("engagement_rules", "window_days"),
        ("score_models", "fit_weight"),
        ("score_groups", ""),
    }


def test_a_name_mistyped_once_is_told_once_with_the_number_of_its_rows(seeds: SeedFiles) -> None:
    seeds.set("score_models", 0, model_version="v1b")

    told = [p for p in seeds.problems() if p.file == "seeds/scoring/engagement_rules.csv"]
    assert [p.message for p in told] == [
        "'v1' is not a model version of score_models (3 more rows name it)"
    ]
    assert "Did you mean v1b?" in told[0].remedy


def test_problem_reads_as_one_line(seeds: SeedFiles) -> None:
    seeds.set("engagement_rules", 0, measure="event\nor two")

    (problem,) = seeds.problems()
    assert str(problem) == (
        "seeds/scoring/engagement_rules.csv, row v1 / pricing (line 2), column measure: "
        "'event or two' is not a known measure. "
        "Use one of events, minutes, days, rate, days_inactive."
    )


def test_nothing_at_all_names_every_file(tmp_path: Path) -> None:
    assert [p.file for p in validate_seeds(tmp_path)] == [seed.file for seed in EVERY_SEED]


@pytest.mark.parametrize(
    ("seed", "index", "cells"),
    [
        pytest.param("fit_rules", 0, {"points": " +7.50 "}, id="a number between blanks"),
        pytest.param("fit_rules", 0, {"points": "6e1"}, id="a number with an exponent"),
        pytest.param("fit_rules", 2, {"value": " -5.5 .. 5.5 "}, id="a range between blanks"),
        pytest.param("fit_rules", 2, {"value": ".5...75"}, id="a range of bare decimals"),
        pytest.param("fit_rules", 0, {"value": " VP | Directeur général "}, id="spaced words"),
        pytest.param("engagement_rules", 0, {"count_automated": "False"}, id="False"),
        pytest.param("engagement_rules", 0, {"count_automated": "  "}, id="a truth of blanks"),
        pytest.param("engagement_rules", 0, {"max_points": " "}, id="a limit of blanks"),
        pytest.param("engagement_rules", 3, {"decay_days": ""}, id="inactivity without decay"),
        pytest.param("score_models", 0, {"fit_weight": "0.3999999"}, id="weights that round to 1"),
        pytest.param("score_models", 0, {"traffic_share": "0.5"}, id="half the traffic"),
        pytest.param("score_tiers", 1, {"min_fit_score": "0"}, id="a further minimum of 0"),
        pytest.param("score_segments", 0, {"segment": "Default"}, id="Default in other case"),
    ],
)
def test_unusual_cells_are_valid(
    seeds: SeedFiles, seed: str, index: int, cells: dict[str, str]
) -> None:
    if cells.get("segment"):
        seeds.set("fit_rules", 1, segment=cells["segment"])
    seeds.set(seed, index, **cells)

    assert seeds.problems() == []


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_blank_lines_and_byte_order_mark_do_not_matter(
    seeds: SeedFiles, ending: str, mark: str
) -> None:
    for name in SEEDS:
        seeds.edit(name, lambda text: mark + text.replace("\r\n", ending + ending))

    assert validate_seeds(seeds.project_dir) == []


def test_rows_and_columns_may_stand_in_any_order(seeds: SeedFiles) -> None:
    for name in SEEDS:
        seeds.rows[name].reverse()
        seeds.write(name)
    seeds.edit("fit_grades", lambda _: "min_score,grade,model_version\n50,A,v1\n0,B,v1\n")

    assert validate_seeds(seeds.project_dir) == []


def test_rules_of_an_archived_model_version_are_still_checked(seeds: SeedFiles) -> None:
    seeds.add("score_groups", model_version="v0")
    seeds.add("fit_rules", model_version="v0", operator="like")

    assert [p.key for p in seeds.problems()] == ["v0 / vip (line 5)"]


@dataclass(frozen=True)
class Hint:
    """A valid change and the warning that it earns."""

    name: str
    change: Callable[[SeedFiles], None]
    file: str
    key: str
    column: str
    message: str


def hint(
    name: str, seed: str, index: int, cells: dict[str, str], key: str, column: str, message: str
) -> Hint:
    return Hint(name, lambda seeds: seeds.set(seed, index, **cells), seed, key, column, message)


HINTS = [
    hint("a rule of 0 points", "fit_rules", 2, {"points": "0"}, SIZE, "points", "gives 0 points"),
    hint(
        "a limit that never binds",
        "engagement_rules",
        1,
        {"max_points": "11"},
        REGULAR,
        "max_points",
        "the limit of 11 points never binds: the rule moves 10 at most",
    ),
    hint(
        "a limit above all decayed days",
        "engagement_rules",
        0,
        {"decay": "linear", "decay_days": "4", "max_points": "51"},
        PRICING,
        "max_points",
        "the rule moves 50 at most",
    ),
    hint(
        "a limit above two half-lives",
        "engagement_rules",
        0,
        {"decay": "half_life", "decay_days": "1", "window_days": "2", "max_points": "31"},
        PRICING,
        "max_points",
        "the rule moves 30 at most",
    ),
    hint(
        "a limit above the step",
        "engagement_rules",
        0,
        {"decay": "step", "decay_days": "2.5", "max_points": "61"},
        PRICING,
        "max_points",
        "the rule moves 60 at most",
    ),
    hint(
        "a limit that always cuts",
        "engagement_rules",
        3,
        {"max_points": "4"},
        QUIET,
        "max_points",
        "the limit of 4 always cuts the rule's -10 points",
    ),
    hint(
        "more days than the window has",
        "engagement_rules",
        1,
        {"min_units": "31"},
        REGULAR,
        "min_units",
        "the rule can never fire: 31 units are needed",
    ),
    hint(
        "more units than the daily limit lets in",
        "engagement_rules",
        0,
        {"min_units": "5", "daily_limit": "2", "window_days": "2", "max_points": ""},
        PRICING,
        "min_units",
        "daily_limit and window_days allow 4 (2 a day for 2 days)",
    ),
    hint(
        "a rate in per cent",
        "engagement_rules",
        2,
        {"min_units": "25"},
        CLICKS,
        "min_units",
        "a rate of 25 means 25 activities for each email_delivered",
    ),
    hint(
        "a window on inactivity",
        "engagement_rules",
        3,
        {"window_days": "90"},
        QUIET,
        "window_days",
        "'90' has no effect: days_inactive ignores it",
    ),
    hint(
        "a rate's base on another measure",
        "engagement_rules",
        1,
        {"per_activity_type": "session"},
        REGULAR,
        "per_activity_type",
        "only rate divides by it",
    ),
    hint(
        "an asset without operator",
        "engagement_rules",
        1,
        {"asset_value": "/pricing"},
        REGULAR,
        "asset_value",
        "every asset counts",
    ),
    hint(
        "days of a decay that is none",
        "engagement_rules",
        1,
        {"decay_days": "7"},
        REGULAR,
        "decay_days",
        "decay none ignores it",
    ),
    hint(
        "a value that is ignored",
        "fit_rules",
        0,
        {"operator": "is_present"},
        VIP,
        "value",
        "is_present ignores it",
    ),
    hint(
        "alternatives of equals",
        "fit_rules",
        0,
        {"operator": "equals"},
        VIP,
        "value",
        "equals compares with the whole text 'vp|director'",
    ),
    hint(
        "a blank description",
        "fit_rules",
        2,
        {"description": ""},
        SIZE,
        "description",
        "people see no reason",
    ),
    hint(
        "a blank reason",
        "disqualification_rules",
        0,
        {"reason": ""},
        "v1 / rival (line 2)",
        "reason",
        "people see no reason",
    ),
    hint(
        "a tier out of reach",
        "score_tiers",
        0,
        {"min_score": "101"},
        "v1 / Hot (line 2)",
        "min_score",
        "no lead can reach it: 101 is needed, but rules and limits allow a highest score of 100",
    ),
    hint(
        "a grade above the group limits",
        "score_groups",
        0,
        {"max_points": "9"},
        "v1 / A (line 2)",
        "min_score",
        "50 is needed, but rules and limits allow a highest fit score of 49",
    ),
    hint(
        "a tier above its fit minimum",
        "score_tiers",
        0,
        {"min_fit_score": "101"},
        "v1 / Hot (line 2)",
        "min_fit_score",
        "no lead can reach it",
    ),
    Hint(
        "a group without rules",
        lambda seeds: seeds.add("score_groups", rule_group="spare"),
        "score_groups",
        "v1 / fit / spare (line 6)",
        "rule_group",
        "no fit rule of v1 is in this group",
    ),
    Hint(
        "a segment's row twice",
        lambda seeds: seeds.add("score_segments"),
        "score_segments",
        "v1 / banks (line 3)",
        "segment",
        "the row is the same as line 2",
    ),
    hint(
        "weight on a missing model",
        "score_models",
        0,
        {"fit_weight": "0.3", "predicted_weight": "0.1"},
        "v1 (line 2)",
        "predicted_weight",
        "no predictive model is installed",
    ),
    Hint(
        "an unknown column",
        lambda seeds: seeds.edit("fit_grades", lambda t: t.replace("\r\n", ",x\r\n")),
        "fit_grades",
        "header",
        "x",
        "no model reads this column",
    ),
    hint(
        "a seniority that no title has",
        "fit_rules",
        0,
        {"attribute": " Seniority", "operator": "in", "value": "vp|Boss"},
        VIP,
        "value",
        "'Boss' is not a known seniority",
    ),
    hint(
        "a slip in an industry",
        "score_segments",
        0,
        {"value": "Bankng"},
        "v1 / banks (line 2)",
        "value",
        "'Bankng' is not a known industry",
    ),
    hint(
        "a slip in a country",
        "fit_rules",
        1,
        {"and_value": "Germny"},
        BANKER,
        "and_value",
        "'Germny' is not a known country",
    ),
]
# The reach of a group shows where the grade is declared.
HINT_FILES = {"a grade above the group limits": "fit_grades"}


@pytest.mark.parametrize("case", HINTS, ids=lambda case: case.name)
def test_valid_but_odd_seed_earns_a_warning(seeds: SeedFiles, case: Hint) -> None:
    case.change(seeds)

    file = HINT_FILES.get(case.name, case.file)
    assert seeds.problems() == []
    warnings = seeds.problems("warning")
    assert (f"seeds/scoring/{file}.csv", case.key, case.column) in [
        (p.file, p.key, p.column) for p in warnings if case.message in p.message and p.remedy
    ], warnings


def test_an_industry_of_our_own_earns_no_warning(seeds: SeedFiles) -> None:
    seeds.set("score_segments", 0, value="Viticulture|Insurance")

    assert validate_seeds(seeds.project_dir) == []


def test_blanks_around_a_name_earn_a_warning(seeds: SeedFiles) -> None:
    for name in ("fit_rules", "score_groups"):
        for row in seeds.rows[name]:
            if row["rule_group"] == "company":
                row["rule_group"] = "company "
        seeds.write(name)

    assert seeds.problems() == []
    assert {p.column for p in seeds.problems("warning")} == {"rule_group"}


def test_archived_model_versions_earn_no_warning(seeds: SeedFiles) -> None:
    seeds.add("score_groups", model_version="v0")
    seeds.add("fit_rules", model_version="v0", points="0", description="")

    assert validate_seeds(seeds.project_dir) == []


def test_a_limit_that_repeats_the_points_earns_no_warning(seeds: SeedFiles) -> None:
    seeds.set("engagement_rules", 1, max_points="10")

    assert validate_seeds(seeds.project_dir) == []


def test_lines_that_end_in_two_ways_are_told_before_the_database_stumbles(
    seeds: SeedFiles,
) -> None:
    seeds.edit("fit_rules", lambda text: text.replace("\r\n", "\n").replace("\n", "\r\n", 1))
    [problem] = seeds.problems()
    assert "its lines end in two ways" in problem.message
    assert problem.file.endswith("fit_rules.csv")
