"""Compares what the project published with the reference, and says where they differ.

Usable on a finished run, too:

    python tests/python/reference/compare.py --landing landing --seeds seeds \
        --published published --date 2024-03-31

Exit code 1 and one line a difference where there are any.
"""

from __future__ import annotations

import argparse
import math
import os
import shutil
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from random_company import RandomCompany, write_random_company
from reference import FATES, Scores, score_company
from reference_text import domain_of

Row = dict[str, Any]
Marts = dict[str, list[Row]]

TOLERANCE = 1e-6 + 1e-9
SCORES = ("fit_score", "engagement_score", "predicted_score", "score")
LABELS = (
    *("score_date", "segment", "tier", "held_tier", "fit_grade", "engagement_level"),
    *("matrix_cell", "is_disqualified", "disqualified_reason"),
)
FACTS = (
    *("model_version", "email", "company_domain", "account_id", "lifecycle_stage"),
    *("attributes_as_of", "first_activity_at", "last_activity_at"),
)
CONTRIBUTION_KEY = (*("lead_id", "model_version", "kind", "dimension", "rule_group", "rule_id"),)
MARTS = (
    *("lead_scores", "lead_scores_by_model", "lead_score_contributions"),
    *("intake_counts", "lead_members", "quarantine"),
)


def read_published(published: Path) -> Marts:
    """The marts that the comparison needs, from `published/parquet/<mart>/`."""
    return {
        mart: [
            row
            for path in sorted((published / "parquet" / mart).glob("*.parquet"))
            for row in pq.ParquetFile(path).read().to_pylist()
        ]
        for mart in MARTS
    }


def differences(expected: Scores, actual: Marts) -> list[str]:
    """One readable line a difference; nothing where the project and the reference agree."""
    found: list[str] = []
    found += compare_rows(
        "lead_scores_by_model",
        ("lead_id", "model_version"),
        expected.lead_scores_by_model,
        actual["lead_scores_by_model"],
        columns=("score_name", "role", *SCORES, *LABELS),
    )
    found += compare_rows(
        "lead_scores",
        ("lead_id",),
        expected.lead_scores,
        actual["lead_scores"],
        columns=(*SCORES, *LABELS, *FACTS),
    )
    found += compare_reasons(expected.lead_scores_by_model, actual["lead_scores_by_model"])
    found += compare_contributions(expected, actual)
    found += compare_sums(actual)
    found += compare_rows(
        "lead_members",
        ("lead_id", "source_system", "source_record_id"),
        expected.lead_members,
        actual["lead_members"],
        columns=(),
    )
    return found + compare_intake(expected, actual)


def compare_rows(
    mart: str,
    key: tuple[str, ...],
    expected: Iterable[Row],
    actual: Iterable[Row],
    columns: tuple[str, ...],
) -> list[str]:
    """Rows that are missing, too many or repeated, and cells that differ."""
    found = [
        f"{mart} {name_of(key, value)}: {count} rows with one key"
        for value, count in Counter(key_of(row, key) for row in actual).items()
        if count > 1
    ]
    wanted = {key_of(row, key): row for row in expected}
    given = {key_of(row, key): row for row in actual}
    for value in sorted(wanted.keys() - given.keys(), key=str):
        found.append(f"{mart} {name_of(key, value)}: missing; expected {brief(wanted[value])}")
    for value in sorted(given.keys() - wanted.keys(), key=str):
        found.append(f"{mart} {name_of(key, value)}: not expected; is {brief(given[value])}")
    for value in sorted(wanted.keys() & given.keys(), key=str):
        for column in columns:
            right, is_now = wanted[value].get(column), given[value].get(column, "<no column>")
            if column == "company_domain":
                # How a domain is written is not contracted, which domain it is, is.
                right, is_now = domain_of(right), domain_of(is_now)
            if not same(right, is_now):
                found.append(
                    f"{mart} {name_of(key, value)}: {column} is {is_now!r}, expected {right!r}"
                )
    return found


def compare_contributions(expected: Scores, actual: Marts) -> list[str]:
    """Like other rows, but a rounding row of a millionth may be there or not."""

    def worth_a_row(row: Row) -> bool:
        return row["kind"] != "rounding" or abs(row["points"] or 0) > 2 * TOLERANCE

    def without_details(row: Row) -> Row:
        """Details of rows that are no rules are not contracted."""
        if row["kind"] == "rule":
            return row
        kept = row["description"] if row["kind"] == "disqualified" else None
        nothing = dict.fromkeys(("raw_points", "units", "last_activity_date"))
        return row | nothing | {"description": kept}

    wanted = [without_details(r) for r in expected.lead_score_contributions if worth_a_row(r)]
    given = [without_details(r) for r in actual["lead_score_contributions"] if worth_a_row(r)]
    columns = ("points", "raw_points", "units", "last_activity_date", "description", "score_date")
    return compare_rows("lead_score_contributions", CONTRIBUTION_KEY, wanted, given, columns)


def compare_sums(actual: Marts) -> list[str]:
    """The sum of a lead's published rows is its published score."""
    moved: dict[tuple[str, str], list[float]] = defaultdict(list)
    for row in actual["lead_score_contributions"]:
        moved[(row["lead_id"], row["model_version"])].append(row["points"])
    return [
        f"{row['lead_id']!r} in {row['model_version']}: rows sum to {total}, score {row['score']}"
        for row in actual["lead_scores_by_model"]
        if not same(total := math.fsum(moved[(row["lead_id"], row["model_version"])]), row["score"])
    ]


def compare_reasons(expected: list[Row], actual: list[Row]) -> list[str]:
    """Reasons are missing exactly where no rule moved the score; their words are not compared."""
    given = {(row["lead_id"], row["model_version"]): row.get("top_reasons") for row in actual}
    found = []
    for row in expected:
        key = (row["lead_id"], row["model_version"])
        if key in given and not row["is_disqualified"] and bool(given[key]) != row["has_reasons"]:
            wanted = "some" if row["has_reasons"] else "none"
            found.append(f"{key[0]!r} in {key[1]}: top_reasons {given[key]!r}, expected {wanted}")
    return found


def compare_intake(expected: Scores, actual: Marts) -> list[str]:
    columns = ("raw", *FATES)
    nothing = dict.fromkeys(columns, 0)
    given = {
        row["source_table"]: row
        for row in actual["intake_counts"]
        if row["source_system"] == "custom"
    }
    found = []
    for row in expected.intake_counts:
        table = row["source_table"]
        wanted = {column: row[column] for column in columns}
        is_now = {column: given.get(table, nothing).get(column) for column in columns}
        if wanted != is_now:
            differing = {c: (is_now[c], wanted[c]) for c in columns if is_now[c] != wanted[c]}
            found.append(f"intake_counts {table}: (is, expected) {differing}")
    wanted = Counter((table, file) for table, file, _, _ in expected.quarantine)
    rows = [row for row in actual["quarantine"] if row["source_system"] == "custom"]
    is_now = Counter((row["source_table"], below_table(row)) for row in rows)
    for table, file in sorted(wanted.keys() | is_now.keys()):
        if wanted[(table, file)] != is_now[(table, file)]:
            counts = f"{is_now[(table, file)]} rows, expected {wanted[(table, file)]}"
            found.append(f"quarantine {table} {file}: {counts}")
    return found


def below_table(row: Row) -> str:
    """The file's path below its table's folder, however much of the path the mart keeps."""
    return row["file"].split(f"custom/{row['source_table']}/", 1)[-1]


def key_of(row: Row, key: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(row[column] for column in key)


def name_of(key: tuple[str, ...], value: tuple[Any, ...]) -> str:
    return ", ".join(f"{column}={part!r}" for column, part in zip(key, value, strict=True))


def brief(row: Row) -> Row:
    """The figures of a row that help to see why it should (not) be there."""
    columns = (*("points", "raw_points", "units"), *("score", "tier", "segment", "description"))
    return {column: row[column] for column in columns if row.get(column) is not None}


def same(left: Any, right: Any) -> bool:
    if isinstance(left, float) and isinstance(right, int | float):
        return abs(left - right) <= TOLERANCE
    return left == right


# --- running the project ------------------------------------------------------------------------


def use_seeds(copy: Path, company: RandomCompany) -> None:
    for path in company.scoring_seeds.glob("*.csv"):
        shutil.copy2(path, copy / "seeds" / "scoring" / path.name)


def run_project(
    command: Path, copy: Path, company: RandomCompany, folder: Path
) -> subprocess.CompletedProcess[str]:
    """Runs `leadscore score` as a user would, for the company in `folder`."""
    environment = os.environ | {
        "LEAD_SCORING_LANDING": str(company.landing),
        "LEAD_SCORING_WAREHOUSE": str(folder / "warehouse" / "lead_scoring.duckdb"),
        "LEAD_SCORING_PUBLISHED": str(folder / "published"),
    }
    environment.pop("LEAD_SCORING_SOURCES", None)
    day = company.score_date.isoformat()
    arguments = [str(command), "score", "--date", day, "--project-dir", str(copy)]
    return subprocess.run(arguments, env=environment, capture_output=True, text=True, check=False)


def differences_of_seed(seed: int, copy: Path, folder: Path) -> list[str]:
    """Writes the random company `seed`, scores it with a project's copy and with the reference.

    `folder` is emptied first. The copy has a parse and a working file without data, which takes
    half of the time of a run.
    """
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(copy / "warehouse", folder / "warehouse")
    company = write_random_company(seed, folder)
    use_seeds(copy, company)
    # Before the run: that takes rows of people who asked to be erased out of what landed.
    expected = score_company(company.landing, copy / "seeds", company.score_date)
    run = run_project(Path(sys.executable).parent / "leadscore", copy, company, folder)
    if run.returncode != 0:
        said = "\n".join((run.stdout + run.stderr).splitlines()[-40:])
        return [f"leadscore ended with exit code {run.returncode}:\n{said}"]
    return differences(expected, read_published(folder / "published"))


def main() -> int:
    parser = argparse.ArgumentParser(description="Compares a finished run with the reference.")
    parser.add_argument("--landing", type=Path, required=True)
    parser.add_argument(
        "--seeds", type=Path, required=True, help="folder of scoring/ and reference/"
    )
    parser.add_argument("--published", type=Path, required=True)
    parser.add_argument("--date", type=date.fromisoformat, required=True)
    given = parser.parse_args()
    expected = score_company(given.landing, given.seeds, given.date)
    found = differences(expected, read_published(given.published))
    print("\n".join(found) or f"{len(expected.lead_scores_by_model)} scores, no difference")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
