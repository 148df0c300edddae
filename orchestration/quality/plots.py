"""Small plots for the results page: Altair draws, vl-convert makes SVG, nothing is fetched.

Each function takes check results and returns SVG to stand inside HTML, or None where there is
nothing to draw. A bar is what this run found; a dark line is what it is compared with.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from orchestration.quality.results import CheckResult, Status

if TYPE_CHECKING:
    import altair

_WIDTH = 270
_ROW_HEIGHT = 40
_COLOURS: Mapping[Status, str] = {
    "passed": "#3a6ea5",
    "warned": "#b86e00",
    "failed": "#b3261e",
    "skipped": "#8a929c",
}
_INK = "#1b1f24"
_TRACK = "#e6e9ed"
_MOST_COLUMNS = 12

Bar = Mapping[str, Any]
"""`label`, `text`, `colour`; `start` and `value` of the bar; `line`: where a line goes, or None."""


def rows_by_table(results: Sequence[CheckResult]) -> str | None:
    """Rows of each raw table; the line is the run before. The scale is logarithmic."""
    bars = [
        _bar(
            _short(check.table),
            check.observed["rows"],
            f"{check.observed['rows']:,}",
            check,
            check.observed.get("previous_rows"),
        )
        for check in results
        if check.kind == "volume" and check.gate == "raw" and "rows" in check.observed
    ]
    return _draw(bars, scale_type="symlog")


def missing_values(results: Sequence[CheckResult]) -> str | None:
    """The columns with missing values, worst first; the line is what is still expected."""
    bars = [
        _bar(
            f"{_short(check.table)}: {name.removeprefix('missing_')}",
            value,
            _percent(float(value)),
            check,
            check.observed.get("threshold"),
        )
        for check in results
        if check.kind in ("key", "nulls")
        for name, value in check.observed.items()
        if name.startswith("missing_") and float(value) > 0
    ]
    bars.sort(key=lambda bar: -bar["value"])
    return _draw(bars[:_MOST_COLUMNS], top=1)


def freshness(results: Sequence[CheckResult]) -> str | None:
    """Days from the latest row to the end of the score date; the line is what is expected."""
    bars = [
        _bar(
            _short(check.table),
            check.observed["age_days"],
            f"{float(check.observed['age_days']):.1f} days",
            check,
            check.observed.get("threshold"),
        )
        for check in results
        if check.kind == "freshness" and "age_days" in check.observed
    ]
    return _draw(bars)


def tier_shares(results: Sequence[CheckResult]) -> str | None:
    """Each tier's share of all leads; the line is the published share."""
    bars = [
        _bar(
            name.removeprefix("share_"),
            value,
            _percent(float(value)),
            check,
            check.observed.get(f"published_{name}"),
        )
        for check in results
        if check.kind == "tier_share"
        for name, value in check.observed.items()
        if name.startswith("share_")
    ]
    return _draw(bars, top=1)


def score_ranges(results: Sequence[CheckResult]) -> str | None:
    """From the lowest to the highest score of each kind, on the whole scale from 0 to 100."""
    bars = []
    for check in results:
        if check.name != "lead_scores_range":
            continue
        for name in ("score", "fit_score", "engagement_score", "predicted_score"):
            low, high = check.observed.get(f"{name}_min"), check.observed.get(f"{name}_max")
            if isinstance(low, int | float) and isinstance(high, int | float):
                label = name.replace("_", " ")
                text = f"{low:g} to {high:g}"
                bars.append({**_bar(label, high, text, check, None), "start": low})
    return _draw(bars, top=100)


def _bar(label: str, value: Any, text: str, check: CheckResult, line: Any) -> dict[str, Any]:
    return {
        "label": label,
        "start": 0,
        "value": float(value),
        "text": text,
        "colour": _COLOURS[check.status],
        "line": None if line is None else float(line),
    }


def _draw(bars: Sequence[Bar], scale_type: str = "linear", top: float | None = None) -> str | None:
    """Draw one row for each bar: its label and text above, the bar on a pale track below.

    Text stands inside the plot, so that no browser's font can push it over the edge. `top` is the
    end of the scale; without it the longest bar or line is.
    """
    if not bars:
        return None
    import altair as alt
    import vl_convert

    longest = max(number for bar in bars for number in (bar["value"], bar["line"] or 0))
    end = top or longest or 1
    scale = alt.Scale(type=scale_type, domain=[0, end], clamp=True)
    base = alt.Chart(alt.Data(values=[{**bar, "end": end, "zero": 0} for bar in bars])).encode(
        y=alt.Y("label:N", sort=[bar["label"] for bar in bars], axis=None)
    )

    def x(field: str) -> altair.X:
        return alt.X(f"{field}:Q", scale=scale, axis=None)

    bar_mark = {"height": 8, "yOffset": 9, "cornerRadius": 2}
    track = base.mark_bar(color=_TRACK, **bar_mark).encode(x=x("zero"), x2="end:Q")
    shown = base.mark_bar(strokeWidth=2, **bar_mark).encode(
        x=x("start"),
        x2="value:Q",
        color=alt.Color("colour:N", scale=None),
        stroke=alt.Stroke("colour:N", scale=None),
    )
    lines = (
        base.transform_filter("datum.line !== null")
        .mark_tick(thickness=2, height=16, yOffset=9, color=_INK)
        .encode(x=x("line"))
    )
    labels = base.mark_text(align="left", dy=-8).encode(x=alt.value(0), text="label:N")
    texts = base.mark_text(align="right", dy=-8).encode(x=alt.value(_WIDTH), text="text:N")
    chart = (
        alt.layer(track, shown, lines, labels, texts)
        .properties(width=_WIDTH, height=_ROW_HEIGHT * len(bars), background="transparent")
        .configure(font="system-ui, sans-serif", padding=3, aria=False)
        .configure_view(stroke="transparent")
        .configure_text(fontSize=13, color=_INK)
    )
    return _for_html(vl_convert.vegalite_to_svg(chart.to_dict()))


def _for_html(svg: str) -> str:
    """Take the namespaces off, which HTML needs not; the page lists every figure as text too."""
    return re.sub(r' xmlns(:\w+)?="[^"]*"', "", svg, count=2).replace(
        "<svg", '<svg aria-hidden="true" focusable="false"', 1
    )


def _short(relation: str) -> str:
    return relation.rsplit(".", 1)[-1]


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
