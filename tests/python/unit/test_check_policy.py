"""The policy file: what the project ships can be read, and a mistake in it is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.errors import ConfigurationError
from orchestration.quality.catalogue import planned_checks
from orchestration.quality.policy import FILE, load_policy, policy_problems

PROJECT = Path(__file__).parents[3]


def write_policy(project: Path, old: str, new: str) -> Path:
    text = (PROJECT / FILE).read_text(encoding="utf-8")
    assert old in text
    path = project / FILE
    path.parent.mkdir(parents=True)
    path.write_text(text.replace(old, new), encoding="utf-8")
    return project


def test_the_shipped_policy_has_every_check_that_may_warn_and_no_other() -> None:
    policy = load_policy(PROJECT)
    assert list(policy) == [check.name for check in planned_checks() if not check.always_blocks]
    assert not any(rule.blocks for rule in policy.values())


def test_names_of_checks_are_unique() -> None:
    names = [check.name for check in planned_checks()]
    assert len(names) == len(set(names))


def test_schema_key_range_and_sum_checks_of_scores_always_block() -> None:
    for check in planned_checks("scores"):
        if check.kind in ("schema", "key", "range", "sum"):
            assert check.always_blocks


def test_a_row_can_make_a_check_block(tmp_path: Path) -> None:
    project = write_policy(tmp_path, "lead_scores_mean,warn,5,50", "lead_scores_mean, Block ,2.5,")
    rule = load_policy(project)["lead_scores_mean"]
    assert (rule.blocks, rule.threshold, rule.min_rows) == (True, 2.5, 0)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "lead_scores_mean,warn",
            "lead_scores_mean,stop",
            "row lead_scores_mean, column severity: 'stop' is no severity. Write warn or block",
        ),
        (
            "lead_scores_mean,warn,5,",
            "lead_scores_mean,warn,five,",
            "row lead_scores_mean, column threshold: 'five' is no number from 0. Write a number",
        ),
        ("lead_scores_mean,warn,5,", "lead_scores_mean,warn,nan,", "'nan' is no number from 0"),
        ("lead_scores_mean,warn,5,", "lead_scores_mean,warn,-1,", "'-1' is no number from 0"),
        (
            "lead_scores_mean,warn,5,50",
            "lead_scores_mean,warn,5,1.5",
            "column min_rows: '1.5' is no whole number from 0",
        ),
        (
            "lead_scores_mean,",
            "lead_score_mean,",
            "row lead_score_mean, column check_name: there is no such check. Did you mean "
            "lead_scores_mean?",
        ),
        ("lead_scores_mean,", "lead_scores_key,", "this check always blocks. Remove the row"),
        ("lead_scores_mean,", "lead_scores_volume,", "the check is listed twice. Keep one row"),
        ("lead_scores_mean,", "lead_score_mean,", "row lead_scores_mean: the row is missing. Add"),
        ("severity,threshold", "strength,threshold", "column severity: the column is missing"),
    ],
)
def test_a_mistake_is_named_with_its_row_and_what_would_be_valid(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_policy(write_policy(tmp_path, old, new))
    assert f"{FILE}, " in str(caught.value)
    assert message in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert str(policy_problems(tmp_path)[0]).startswith(f"{FILE}: the file is missing")
