"""Writes the sample data: `python -m orchestration.sample_data --landing DIR --end-date DAY`."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, date, datetime
from pathlib import Path

from orchestration.sample_data import write_sample
from orchestration.settings import write_for_owner_and_group


def main(arguments: list[str] | None = None) -> int:
    """Writes the sample and prints one line about it; 2 when the landing folder cannot take it."""
    parser = argparse.ArgumentParser(
        prog="python -m orchestration.sample_data",
        description="Write a made-up company's year as Parquet into an empty landing folder.",
    )
    parser.add_argument("--landing", type=Path, default=Path("landing"), help="landing folder")
    parser.add_argument(
        "--end-date",
        type=date.fromisoformat,
        default=datetime.now(UTC).date(),
        help="last day of the year, YYYY-MM-DD (default: today, UTC)",
    )
    parser.add_argument("--seed", type=int, default=7, help="another seed is another company")
    parser.add_argument("--leads", type=int, default=3000, help="people, 50 or more")
    parser.add_argument(
        "--as-platforms",
        action="store_true",
        help="write what each platform would land of the same year, instead of own tables; score "
        "it with LEAD_SCORING_SOURCES=hubspot,segment,snowplow or any other mix",
    )
    options = parser.parse_args(arguments)
    write_for_owner_and_group()
    try:
        report = write_sample(
            options.landing, options.end_date, options.seed, options.leads, options.as_platforms
        )
    except (FileExistsError, ValueError) as problem:
        print(f"Sample data was not written: {problem}", file=sys.stderr)
        return 2
    print(f"Sample data: {report}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
