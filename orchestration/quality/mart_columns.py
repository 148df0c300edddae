"""The columns and keys of the score marts that readers rely on (docs/contracts.md)."""

from __future__ import annotations

from collections.abc import Mapping

SCORE_COLUMNS = ("score", "fit_score", "engagement_score", "predicted_score")

_TEXT = "VARCHAR"
_SCORES = {name: "DOUBLE" for name in SCORE_COLUMNS}
_READING = {
    name: _TEXT for name in ("tier", "held_tier", "fit_grade", "engagement_level", "matrix_cell")
}
_VERDICT = {"is_disqualified": "BOOLEAN", "disqualified_reason": _TEXT, "top_reasons": _TEXT}
_BY_MODEL = {
    **{name: _TEXT for name in ("lead_id", "model_version", "score_name", "role", "segment")},
    **{"score_date": "DATE", "weights_hash": _TEXT},
    **_SCORES,
    **_READING,
    **_VERDICT,
}
MART_COLUMNS: Mapping[str, Mapping[str, str]] = {
    "lead_scores": {
        **{name: _TEXT for name in ("lead_id", "email", "company_domain", "account_id")},
        **{name: _TEXT for name in ("segment", "model_version", "lifecycle_stage")},
        **{"score_date": "DATE", "attributes_as_of": _TEXT, "weights_hash": _TEXT},
        **{"first_activity_at": "TIMESTAMP", "last_activity_at": "TIMESTAMP"},
        **_SCORES,
        **_READING,
        **_VERDICT,
    },
    "lead_scores_by_model": _BY_MODEL,
    "lead_score_contributions": {
        **{name: _TEXT for name in ("lead_id", "model_version", "kind", "dimension")},
        **{name: _TEXT for name in ("rule_group", "rule_id", "description")},
        **{name: "DOUBLE" for name in ("points", "raw_points", "units")},
        **{"score_date": "DATE", "last_activity_date": "DATE"},
    },
    "lead_scores_as_of": _BY_MODEL,
}
MART_KEYS: Mapping[str, tuple[str, ...]] = {
    "lead_scores": ("lead_id",),
    "lead_scores_by_model": ("lead_id", "model_version"),
    "lead_score_contributions": (
        "lead_id",
        "model_version",
        "kind",
        "dimension",
        "rule_group",
        "rule_id",
    ),
    "lead_scores_as_of": ("lead_id", "model_version"),
}
