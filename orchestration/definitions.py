"""The Dagster code location: assets, checks, the main job and its daily schedule.

Built from settings, not from where this file is, so it describes the project in --project-dir or
`LEAD_SCORING_PROJECT_DIR`. Loading parses dbt first when target/manifest.json is missing or stale.
"""

from __future__ import annotations

import dagster as dg

from orchestration.dbt import load_manifest
from orchestration.settings import (
    Settings,
    Timing,
    switch_telemetry_off,
    write_for_owner_and_group,
)


def build_definitions(settings: Settings) -> dg.Definitions:
    """Return everything that Dagster knows about the project of `settings`."""
    from orchestration.defs import (
        alerts,
        gates,
        intake,
        jobs,
        publish,
        resources,
        sensors,
        transform,
    )
    from orchestration.defs.keys import RAW_GATE, SCORES_GATE

    switch_telemetry_off()
    write_for_owner_and_group()
    timing = Timing.from_environment()
    past_days = jobs.build_past_days(timing)
    raw, scores, monitoring = transform.build_dbt_steps(settings, load_manifest(settings))
    scores_marts = [key for key in scores.keys if key.path[0] == "marts"]
    return dg.Definitions(
        assets=[
            intake.build_intake(settings),
            raw,
            gates.build_gate(settings, "raw", sorted(raw.keys)),
            scores,
            gates.build_gate(settings, "scores", sorted(scores_marts)),
            monitoring,
            publish.build_release(settings, [RAW_GATE, SCORES_GATE, *sorted(monitoring.keys)]),
        ],
        jobs=[jobs.score_leads, past_days],
        schedules=[jobs.build_daily(settings, timing)],
        sensors=[
            jobs.then_today,
            jobs.then_today_all_the_same,
            sensors.build_landed_files(settings, timing),
            sensors.build_lost_runs(settings),
            sensors.build_old_runs(timing),
            *alerts.build_run_sensors(settings, [jobs.score_leads, past_days]),
            alerts.build_staleness(settings),
        ],
        resources={"writer_lock": resources.build_writer_lock(settings)},
        executor=dg.in_process_executor,
    )


@dg.definitions
def defs() -> dg.Definitions:
    """Load the code location from the environment (`make ui`)."""
    return build_definitions(Settings.from_environment())
