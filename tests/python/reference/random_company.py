"""A random company for the comparison: landing folder, scoring seeds and date from one number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random

from random_landing import RandomLanding
from random_seeds import write_random_seeds


@dataclass(frozen=True)
class RandomCompany:
    landing: Path
    scoring_seeds: Path
    score_date: date


def write_random_company(seed: int, folder: Path, odd_types: bool = True) -> RandomCompany:
    """Writes `landing/` and `scoring/` below `folder`; the same seed, the same company.

    `odd_types` also delivers columns in other types than the contract's (text times, integer ids).
    """
    random = Random(seed)
    score_date = date(2024, 2, 20) + timedelta(days=random.randint(0, 30))
    company = RandomCompany(folder / "landing", folder / "scoring", score_date)
    RandomLanding(random, score_date, odd_types).write(company.landing)
    write_random_seeds(random, company.scoring_seeds)
    return company
