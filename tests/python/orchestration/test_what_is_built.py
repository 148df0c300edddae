"""A step builds what may have changed, and tests what may be wrong."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from conftest import EVERY_SOURCE, OWN_TABLES, copy_project

from orchestration import control, pipeline, warehouse
from orchestration.control import Run
from orchestration.settings import Settings

RUN = Run("20240301T000000Z-aaaaaa", date(2024, 3, 1), is_latest=True, accepted=())


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A project that was built and has no data, in the middle of a run."""
    made = Settings.from_environment(copy_project(tmp_path / "project", views_of=OWN_TABLES), {})
    with warehouse.opened(made.warehouse) as connection:
        control.start(connection, RUN)
    return made


def built(settings: Settings) -> dict[str, list[str]]:
    """Names of what the step `raw` made or tested, by kind."""
    outcome = pipeline.build(settings, "raw")
    outcome.raise_for_failures()
    names = defaultdict(list)
    for result in outcome.results:
        names[result.resource_type].append(result.name)
    return names


def test_an_edited_seed_is_loaded_and_tested_and_no_view_is_made(settings: Settings) -> None:
    rules = settings.project_dir / "seeds" / "scoring" / "engagement_rules.csv"
    rules.write_text(rules.read_text().replace(",days,,3,,,18,90,", ",days,,5,,,18,90,"))
    made = built(settings)
    assert made.keys() == {"seed", "test"}
    assert len(made["seed"]) == len(list((settings.project_dir / "seeds").rglob("*.csv")))
    assert any("engagement_rules" in name for name in made["test"])
    with warehouse.opened(settings.warehouse, read_only=True) as connection:
        loaded = connection.execute(
            "select count(*) from seeds.engagement_rules where points = 5 and max_points = 18"
        ).fetchone()
    assert loaded == (1,)
    again = built(settings)
    assert again.keys() == {"test"}, "nothing is loaded twice"
    assert not any("engagement_rules" in name for name in again["test"])


def test_views_of_a_source_are_made_when_it_is_on_and_stay_when_it_is_off_again(
    settings: Settings,
) -> None:
    def without_rows() -> set[str]:
        with warehouse.opened(settings.warehouse, read_only=True) as connection:
            views = connection.execute(
                "select split_part(view_name, '_', 2) from duckdb_views() "
                "where schema_name = 'staging' and contains(sql, '= ''on''')"
            ).fetchall()
        return {source for (source,) in views}

    others = set(EVERY_SOURCE.split(",")) - {"custom"}
    assert without_rows() == others
    assert "model" in built(replace(settings, sources=("custom", "pardot")))
    assert without_rows() == others - {"pardot"}
    assert "model" not in built(settings)
    assert without_rows() == others - {"pardot"}


def test_views_of_a_source_that_is_off_have_the_columns_of_one_that_is_on(
    settings: Settings, tmp_path: Path
) -> None:
    def columns(working_file: Path) -> list[tuple]:
        with warehouse.opened(working_file, read_only=True) as connection:
            return connection.execute(
                "select table_name, column_name, data_type from information_schema.columns "
                "where table_schema = 'staging' order by table_name, ordinal_position"
            ).fetchall()

    every = copy_project(tmp_path / "every", views_of=EVERY_SOURCE)
    on = columns(every / "warehouse" / "lead_scoring.duckdb")
    assert len({view for view, *_ in on}) > 100
    assert columns(settings.warehouse) == on


def test_models_are_tested_where_their_source_is_on(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(pipeline.SELECTIONS, "scores", ("fqn:intermediate.sources",))
    outcome = pipeline.build(replace(settings, sources=("custom", "pardot")), "scores")
    tested = {r.name for r in outcome.results if r.resource_type == "test"}
    assert any("int_pardot__" in name for name in tested)
    assert any("int_source_" in name for name in tested)
    assert not [name for name in tested if "int_marketo__" in name]
