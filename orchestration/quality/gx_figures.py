"""An expectation on figures that one SQL query computes: for what no built-in expectation says.

Sums over two tables, keys of several columns and shares against published ones are judged inside
DuckDB; only a few numbers come back, never rows about people. Import this late: it imports
Great Expectations, which takes seconds.
"""

from __future__ import annotations

from typing import Any, ClassVar

from great_expectations.expectations.expectation import (
    BatchExpectation,
    render_suite_parameter_string,
)
from great_expectations.render import LegacyRendererType, RenderedStringTemplateContent
from great_expectations.render.renderer.renderer import renderer


class ExpectFigureToBeAtMost(BatchExpectation):
    """The largest value of one column of a query's few rows is at most `max_value`.

    `query` reads the batch as `{batch}` and gives a handful of rows of figures; `figure` names the
    column that is judged. Without `max_value` the figures are reported and nothing is
    judged. A figure that is null everywhere cannot be judged, and fails.
    """

    query: str
    figure: str
    max_value: float | None = None

    metric_dependencies: ClassVar[tuple[str, ...]] = ("query.table",)
    success_keys: ClassVar[tuple[str, ...]] = ("query", "figure", "max_value")
    domain_keys: ClassVar[tuple[str, ...]] = ("batch_id",)

    def _validate(
        self,
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any] | None = None,
        execution_engine: Any = None,
    ) -> dict[str, Any]:
        rows = metrics["query.table"]
        values = [row[self.figure] for row in rows if row[self.figure] is not None]
        largest = max(values, default=None)
        success = self.max_value is None or (largest is not None and largest <= self.max_value)
        return {
            "success": bool(success),
            "result": {"observed_value": largest, "details": {"figures": rows}},
        }

    @classmethod
    @renderer(renderer_type=LegacyRendererType.PRESCRIPTIVE)
    @render_suite_parameter_string
    def _prescriptive_renderer(
        cls,
        configuration: Any = None,
        result: Any = None,
        runtime_configuration: dict[str, Any] | None = None,
        **_: Any,
    ) -> list[RenderedStringTemplateContent]:
        """Say in Data Docs what the figure must be."""
        params = {name: configuration.kwargs.get(name) for name in ("figure", "max_value")}
        params["check"] = (configuration.meta or {}).get("check", "")
        bound = "is reported." if params["max_value"] is None else "must be at most $max_value."
        return [
            RenderedStringTemplateContent(
                content_block_type="string_template",
                string_template={
                    "template": f"$check: $figure {bound}",
                    "params": params,
                    "styling": (runtime_configuration or {}).get("styling"),
                },
            )
        ]
