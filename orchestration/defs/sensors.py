"""The sensor that asks for a run when files have landed."""

import json
import time

import dagster as dg

from orchestration.defs.jobs import score_leads
from orchestration.ingestion import watching
from orchestration.settings import Settings, Timing


def build_landed_files(settings: Settings, timing: Timing) -> dg.SensorDefinition:
    """Return the sensor; its cursor holds what it last saw and what it last asked a run for."""

    @dg.sensor(
        job=score_leads,
        name="landed_files",
        minimum_interval_seconds=30,
        default_status=dg.DefaultSensorStatus.STOPPED,
        description=f"Scores today when files landed and then nothing for {timing.quiet_seconds:g} "
        "seconds. Off until switched on.",
    )
    def landed_files(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        landed = watching.look(settings.landing)
        if not landed.newest:
            return dg.SkipReason("Nothing has landed yet.")
        known = json.loads(context.cursor) if context.cursor else {}
        cursor = {"seen": landed.digest, "asked_for": known.get("asked_for")}
        if landed.digest == known.get("asked_for"):
            return dg.SkipReason("Nothing has landed since the last run was asked for.")
        quiet = time.time() - landed.newest
        if landed.digest != known.get("seen", landed.digest) or quiet < timing.quiet_seconds:
            waiting = dg.SkipReason(f"Files are landing; the last one {max(quiet, 0):.0f} s ago.")
            return dg.SensorResult(skip_reason=waiting, cursor=json.dumps(cursor))
        return dg.SensorResult(
            run_requests=[dg.RunRequest(run_key=f"landed {landed.digest}")],
            cursor=json.dumps(cursor | {"asked_for": landed.digest}),
        )

    return landed_files
