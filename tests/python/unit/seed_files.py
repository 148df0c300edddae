"""Small valid seeds to break: one model in play, one archived, and the lists that models read."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

from orchestration.errors import Problem
from orchestration.quality.seed_tables import EVERY_SEED
from orchestration.quality.seeds import validate_seeds

Rows = dict[str, list[dict[str, str]]]

VALID: Rows = {
    "score_models": [
        {
            "model_version": "v1",
            "score_name": "",
            "role": "champion",
            "fit_weight": "0.4",
            "engagement_weight": "0.6",
            "predicted_weight": "0",
        },
        {
            "model_version": "v0",
            "score_name": "main",
            "role": "archived",
            "fit_weight": "1",
            "engagement_weight": "0",
            "predicted_weight": "0",
        },
    ],
    "score_segments": [
        {
            "model_version": "v1",
            "segment": "banks",
            "priority": "1",
            "attribute": "industry",
            "operator": "in",
            "value": "Banking|Insurance",
        }
    ],
    "fit_rules": [
        {
            "model_version": "v1",
            "rule_id": "vip",
            "rule_group": "title",
            "attribute": "job_title",
            "operator": "has_word",
            "value": "vp|director",
            "points": "60",
            "description": "Decides",
        },
        {
            "model_version": "v1",
            "rule_id": "vip",
            "rule_group": "title",
            "segment": "banks",
            "attribute": "job_title",
            "operator": "has_word",
            "value": "vp|director",
            "and_attribute": "country",
            "and_operator": "equals",
            "and_value": "Germany",
            "points": "80",
            "description": "Decides in a German bank",
        },
        {
            "model_version": "v1",
            "rule_id": "size",
            "rule_group": "company",
            "attribute": "employee_count",
            "operator": "between",
            "value": "50..500",
            "points": "40",
            "description": "50 to 500 employees",
        },
    ],
    "engagement_rules": [
        {
            "model_version": "v1",
            "rule_id": "pricing",
            "rule_group": "web",
            "activity_type": "page_view",
            "asset_operator": "starts_with",
            "asset_value": "/pricing",
            "measure": "events",
            "points": "10",
            "daily_limit": "2",
            "max_points": "100",
            "window_days": "90",
            "decay": "half_life",
            "decay_days": "14",
            "description": "Visited pricing",
        },
        {
            "model_version": "v1",
            "rule_id": "regular",
            "rule_group": "web",
            "activity_type": "page_view",
            "measure": "days",
            "points": "10",
            "min_units": "4",
            "window_days": "30",
            "description": "Came back",
        },
        {
            "model_version": "v1",
            "rule_id": "click_rate",
            "rule_group": "mail",
            "activity_type": "email_click",
            "measure": "rate",
            "per_activity_type": "email_delivered",
            "points": "5",
            "min_units": "0.25",
            "count_automated": "TRUE",
            "description": "Clicks often",
        },
        {
            "model_version": "v1",
            "rule_id": "quiet",
            "rule_group": "web",
            "activity_type": "*",
            "measure": "days_inactive",
            "points": "-10",
            "min_units": "30",
            "description": "Gone quiet",
        },
    ],
    "score_groups": [
        {"model_version": "v1", "dimension": "fit", "rule_group": "title"},
        {"model_version": "v1", "dimension": "fit", "rule_group": "company", "max_points": "40"},
        {"model_version": "v1", "dimension": "engagement", "rule_group": "web"},
        {
            "model_version": "v1",
            "dimension": "engagement",
            "rule_group": "mail",
            "min_points": "-5",
            "max_points": "5",
        },
    ],
    "disqualification_rules": [
        {
            "model_version": "v1",
            "rule_id": "rival",
            "attribute": "company_domain",
            "operator": "equals",
            "value": "rival.example",
            "reason": "Competitor",
        }
    ],
    "score_tiers": [
        {"model_version": "v1", "tier": "Hot", "min_score": "60", "min_fit_score": "30"},
        {"model_version": "v1", "tier": "Cold", "min_score": "0", "exit_margin": "5"},
    ],
    "fit_grades": [
        {"model_version": "v1", "grade": "A", "min_score": "50"},
        {"model_version": "v1", "grade": "B", "min_score": "0"},
    ],
    "engagement_levels": [{"model_version": "v1", "level": "1", "min_score": "0"}],
    "free_email_domains": [{"domain": "gmail.com"}],
    "disposable_email_domains": [{"domain": "throwaway.example"}],
    "job_title_keywords": [
        {"kind": "seniority", "keyword": "vp", "value": "VP", "priority": "10"},
        {"kind": "department", "keyword": "sales", "value": "Sales", "priority": "10"},
    ],
    "countries": [{"country": "Germany", "iso2": "DE", "iso3": "DEU", "region": "Europe"}],
    "industries": [{"industry": "Banking", "sector": "Finance"}, {"industry": "Insurance"}],
    "activity_types": [{"activity_type": "page_view", "category": "web"}],
    "automated_user_agents": [{"pattern": "bot/", "name": "A bot"}],
    "identity_rules": [{"identifier_type": "email", "joins": "true", "largest_group": "100"}],
    "automation_settings": [{"setting": "click_seconds_after_delivery", "value": "2"}],
    "counted_once": [
        {"activity_type": "email_open", "window_seconds": "60", "is_asset_compared": "false"}
    ],
    "source_priorities": [{"source_system": "custom", "priority": "1"}],
    "shared_addresses": [{"address": "info", "description": "Anyone who answers"}],
    "field_priorities": [{"field": "job_title", "source_system": "custom", "priority": "1"}],
    "event_vocabulary": [
        {"source_system": "hubspot", "platform_event": "click", "activity_type": "page_view"}
    ],
    "lifecycle_stage_vocabulary": [
        {"source_system": "hubspot", "platform_stage": "customer", "stage": "customer"},
        {"source_system": "hubspot", "platform_stage": "lead"},
    ],
    "lead_status_vocabulary": [
        {"source_system": "hubspot", "platform_status": "unqualified", "stage": "rejected"}
    ],
    "session_settings": [{"name": "quiet_minutes", "value": "30"}],
    "mail_privacy_user_agents": [{"source_system": "hubspot", "user_agent": "Mozilla/5.0"}],
    "session_sources": [{"source_system": "segment"}],
    "owner_attributes": [{"attribute": "owner_id"}],
    "trend_settings": [{"setting": "window_days", "value": "28"}],
}


class SeedFiles:
    """A project with the valid seeds above, to be broken one thing at a time."""

    def __init__(self, project_dir: Path) -> None:
        self.project_dir = project_dir
        self.rows: Rows = {name: [dict(row) for row in rows] for name, rows in VALID.items()}
        for name in self.rows:
            self.write(name)

    def path(self, name: str) -> Path:
        (seed,) = [seed for seed in EVERY_SEED if seed.name == name]
        return self.project_dir / seed.file

    def write(self, name: str) -> None:
        (seed,) = [seed for seed in EVERY_SEED if seed.name == name]
        self.path(name).parent.mkdir(parents=True, exist_ok=True)
        with self.path(name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, [column.name for column in seed.columns], restval="")
            writer.writeheader()
            writer.writerows(self.rows[name])

    def set(self, name: str, index: int, **cells: str) -> None:
        """Overwrite cells of the row at this place, 0 being the first below the header."""
        self.rows[name][index] |= cells
        self.write(name)

    def add(self, name: str, like: int = 0, **cells: str) -> None:
        """Add a row that is like another but for these cells."""
        self.rows[name].append(self.rows[name][like] | cells)
        self.write(name)

    def remove(self, name: str, index: int) -> None:
        del self.rows[name][index]
        self.write(name)

    def edit(self, name: str, change: Callable[[str], str | bytes]) -> None:
        """Change the text of the file."""
        changed = change(self.path(name).read_bytes().decode())
        content = changed if isinstance(changed, bytes) else changed.encode()
        self.path(name).write_bytes(content)

    def problems(self, severity: str = "error") -> list[Problem]:
        return [p for p in validate_seeds(self.project_dir) if p.severity == severity]
