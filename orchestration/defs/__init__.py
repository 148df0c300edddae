"""Dagster wiring: assets, checks, jobs and schedules. What they call lives elsewhere."""
