"""The results page: both gates on one HTML page that needs no network, no script and no server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from orchestration.quality import plots
from orchestration.quality.docs import FOLDER as DATA_DOCS
from orchestration.quality.results import CheckResult, Figure, Gate, Status

FILE = "index.html"

_STATUSES: Mapping[Status, tuple[str, str]] = {
    "failed": ("Failed", "failed"),
    "warned": ("Warning", "with a warning"),
    "passed": ("Passed", "passed"),
    "skipped": ("Skipped", "skipped"),
}
_GATES: Mapping[Gate, tuple[str, str]] = {
    "raw": ("Raw data in", "What was loaded, before anything is scored from it."),
    "scores": ("Scores out", "What was computed, before anybody reads it."),
}
_SHARES = ("missing_", "share_", "published_share_", "unknown_share", "largest_change")
_POINTS = ("lead_scores_mean",)


@dataclass(frozen=True)
class _Plot:
    title: str
    note: str
    svg: Any


@dataclass(frozen=True)
class _Table:
    name: str
    checks: Sequence[CheckResult]

    @property
    def needs_attention(self) -> bool:
        return any(check.status in ("failed", "warned") for check in self.checks)

    @property
    def summary(self) -> str:
        return _summary(self.checks)


@dataclass(frozen=True)
class _Gate:
    title: str
    note: str
    plots: Sequence[_Plot]
    tables: Sequence[_Table]


def write_results_page(
    folder: Path, results: Sequence[CheckResult], context: Mapping[str, Any]
) -> Path:
    """Write `folder/index.html` about the results of one or both gates; return its path.

    `context` holds facts for the head of the page, such as score_date and run_id: names become
    labels, values are written as they are. Data Docs are linked when they stand beside it.
    """
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["figures"] = _figures
    environment.filters["label"] = _label
    counts = {status: 0 for status in _STATUSES}
    for result in results:
        counts[result.status] += 1
    html = environment.from_string(_TEMPLATE).render(
        verdict=_verdict(counts),
        worst=next((status for status in _STATUSES if counts[status]), "skipped"),
        counts=[(status, words[0], counts[status]) for status, words in _STATUSES.items()],
        facts={name: value for name, value in context.items() if value not in (None, "")},
        attention=[r for status in ("failed", "warned") for r in results if r.status == status],
        gates=[_gate(gate, results) for gate in _GATES],
        words={status: words[0] for status, words in _STATUSES.items()},
        data_docs=f"{DATA_DOCS}/index.html"
        if (folder / DATA_DOCS / "index.html").is_file()
        else "",
    )
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / FILE
    path.write_text(html, encoding="utf-8")
    return path


def _gate(gate: Gate, results: Sequence[CheckResult]) -> _Gate:
    title, note = _GATES[gate]
    of_gate = [result for result in results if result.gate == gate]
    drawn = [
        _Plot(title, note, _safe(svg))
        for title, note, svg in (_raw_plots if gate == "raw" else _score_plots)(of_gate)
        if svg is not None
    ]
    tables = [
        _Table(name, list(checks)) for name, checks in groupby(of_gate, lambda check: check.table)
    ]
    return _Gate(title, note, drawn, tables)


def _raw_plots(results: Sequence[CheckResult]) -> list[tuple[str, str, str | None]]:
    return [
        (
            "Rows by table",
            "On a logarithmic scale. The dark line is the run before.",
            plots.rows_by_table(results),
        ),
        (
            "Missing values",
            "Share of rows, highest first. The dark line is what is still expected.",
            plots.missing_values(results),
        ),
        (
            "Days since the latest row",
            "At the end of the score date. The dark line is what is still expected.",
            plots.freshness(results),
        ),
    ]


def _score_plots(results: Sequence[CheckResult]) -> list[tuple[str, str, str | None]]:
    return [
        (
            "Leads by tier",
            "Share of all leads. The dark line is the published share.",
            plots.tier_shares(results),
        ),
        (
            "Range of scores",
            "From the lowest to the highest lead, of 0 to 100.",
            plots.score_ranges(results),
        ),
    ]


def _safe(svg: str) -> Any:
    """Mark a plot as HTML: vl-convert has escaped every text in it."""
    from markupsafe import Markup

    return Markup(svg)


def _verdict(counts: Mapping[Status, int]) -> str:
    if counts["failed"]:
        return f"{_many(counts['failed'], 'check')} failed, so nothing new may be published."
    if counts["warned"]:
        return f"Nothing blocks publishing; {_many(counts['warned'], 'check')} gave a warning."
    if counts["passed"]:
        return "Every check that was made has passed."
    return "No check was made."


def _summary(checks: Sequence[CheckResult]) -> str:
    return ", ".join(
        f"{sum(check.status == status for check in checks)} {words}"
        for status, (_, words) in _STATUSES.items()
        if any(check.status == status for check in checks)
    )


def _many(number: int, noun: str) -> str:
    return f"{number} {noun if number == 1 else noun + 's'}"


def _label(name: str) -> str:
    text = str(name).replace("_", " ")
    return text[:1].upper() + text[1:]


def _figures(check: CheckResult) -> list[tuple[str, str]]:
    """Return the figures of a check for people: a label and a text with its unit."""
    return [(_label(name), _figure(check, name, value)) for name, value in check.observed.items()]


def _figure(check: CheckResult, name: str, value: Figure) -> str:
    if isinstance(value, str):
        return value
    is_share = name.startswith(_SHARES) or name.endswith("_missing")
    if name in ("threshold", "change"):
        if check.kind == "freshness":
            return f"{value:g} days"
        if check.name in _POINTS:
            return f"{value:.2f} points"
        is_share = True
    if is_share:
        return f"{100 * value:.1f} %"
    if name == "age_days":
        return f"{value:.1f} days"
    return f"{value:,}" if isinstance(value, int) else f"{value:,.6g}"


_TEMPLATE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>Checks of the lead scores</title>
<style>
:root { color-scheme: light; --ink: #1b1f24; --soft: #57606a; --line: #d5dae0; --paper: #ffffff;
  --ground: #f5f6f8; --passed: #1a6b3c; --warned: #8a5200; --failed: #a1211a; --skipped: #57606a; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 64rem; margin: 0 auto; padding: 1.25rem 1rem 4rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: .5rem 0 .25rem; }
h2 { font-size: 1.3rem; margin: 2.5rem 0 .1rem; }
h3 { font-size: 1rem; margin: 0; }
p { margin: .25rem 0; }
.soft { color: var(--soft); font-size: .925rem; }
.verdict { font-size: 1.1rem; border-left: .3rem solid var(--tone); padding-left: .75rem;
  margin: .75rem 0 1rem; }
.passed { --tone: var(--passed); } .warned { --tone: var(--warned); }
.failed { --tone: var(--failed); } .none { --tone: var(--soft); }
.skipped { --tone: var(--skipped); }
.counts { display: grid; grid-template-columns: repeat(2, 1fr); gap: .6rem;
  padding: 0; margin: 0 0 1rem; list-style: none; }
.counts li { background: var(--paper); border: 1px solid var(--line); border-radius: .5rem;
  padding: .5rem .75rem; }
.counts strong { display: block; font-size: 1.5rem; line-height: 1.2; color: var(--tone); }
@media (min-width: 40rem) { .counts { grid-template-columns: repeat(4, 1fr); } }
dl.facts { display: flex; flex-wrap: wrap; gap: .25rem 2rem; margin: 0; }
dl.facts div { min-width: 0; }
dt { color: var(--soft); font-size: .85rem; }
dd { margin: 0; overflow-wrap: anywhere; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 19rem), 1fr));
  gap: .75rem; margin: .75rem 0; }
figure { margin: 0; background: var(--paper); border: 1px solid var(--line); border-radius: .5rem;
  padding: .75rem; }
figure svg { display: block; width: 100%; max-width: 24rem; height: auto; margin-top: .5rem; }
figcaption strong { display: block; }
details.table, .attention li { background: var(--paper); border: 1px solid var(--line);
  border-radius: .5rem; margin: .5rem 0; }
details.table > summary { cursor: pointer; padding: .6rem .75rem; }
details.table > summary h3 { display: inline; margin-right: .5rem; overflow-wrap: anywhere; }
ul.checks, ul.attention { list-style: none; margin: 0; padding: 0; }
ul.checks > li { border-top: 1px solid var(--line); padding: .6rem .75rem; }
.attention li { padding: .6rem .75rem; border-left: .3rem solid var(--tone); }
.badge { display: inline-block; min-width: 4.6rem; text-align: center; border-radius: 1rem;
  padding: 0 .6rem; font-size: .8rem; line-height: 1.5rem; color: #fff; background: var(--tone);
  margin-right: .4rem; }
code { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: .875rem;
  overflow-wrap: anywhere; }
.message { color: var(--tone); overflow-wrap: anywhere; }
.figures { margin-top: .25rem; font-size: .9rem; }
.figures summary { cursor: pointer; color: var(--soft); }
.figures dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr));
  gap: .3rem 1rem; margin: .35rem 0 0; }
a { color: #0b5cad; }
@media print { body { background: #fff; } details > summary { list-style: none; } }
</style>
</head>
<body>
<main>
<header>
<h1>Checks of the lead scores</h1>
<p class="verdict {{ worst }}">{{ verdict }}</p>
<ul class="counts">
{% for status, word, number in counts %}
<li class="{{ status if number else 'none' }}"><strong>{{ number }}</strong>{{ word }}</li>
{% endfor %}
</ul>
{% if facts %}
<dl class="facts">
{% for name, value in facts.items() %}
<div><dt>{{ name | label }}</dt><dd>{{ value }}</dd></div>
{% endfor %}
</dl>
{% endif %}
</header>
{% if attention %}
<section aria-labelledby="attention">
<h2 id="attention">What needs attention</h2>
<ul class="attention">
{% for check in attention %}
<li class="{{ check.status }}"><span class="badge">{{ words[check.status] }}</span>
<code>{{ check.name }}</code><p>{{ check.message }}</p></li>
{% endfor %}
</ul>
</section>
{% endif %}
{% for gate in gates %}
<section>
<h2>{{ gate.title }}</h2>
<p class="soft">{{ gate.note }}</p>
{% if not gate.tables %}
<p>The run stopped before these checks.</p>
{% endif %}
{% if gate.plots %}
<div class="plots">
{% for plot in gate.plots %}
<figure><figcaption><strong>{{ plot.title }}</strong><span class="soft">{{ plot.note }}</span>
</figcaption>{{ plot.svg }}</figure>
{% endfor %}
</div>
{% endif %}
{% for table in gate.tables %}
<details class="table"{% if table.needs_attention %} open{% endif %}>
<summary><h3>{{ table.name }}</h3><span class="soft">{{ table.summary }}</span></summary>
<ul class="checks">
{% for check in table.checks %}
<li class="{{ check.status }}">
<span class="badge">{{ words[check.status] }}</span><code>{{ check.name }}</code>
<p>{{ check.description }}
<span class="soft">{{ "A failure blocks." if check.blocking else "A failure warns." }}</span></p>
{% if check.message %}
<p class="message">{{ check.message }}</p>
{% endif %}
{% if check.observed %}
<details class="figures"{% if check.status in ("failed", "warned") %} open{% endif %}>
<summary>Figures</summary>
<dl>
{% for label, text in check | figures %}
<div><dt>{{ label }}</dt><dd>{{ text }}</dd></div>
{% endfor %}
</dl>
</details>
{% endif %}
</li>
{% endfor %}
</ul>
</details>
{% endfor %}
</section>
{% endfor %}
<footer>
<p class="soft">The checks that may warn or block, and from when, are set in
<code>seeds/quality/check_policy.csv</code>.
{% if data_docs %}
The same results as Great Expectations writes them, with styles from the internet:
<a href="{{ data_docs }}">Data Docs</a>.
{% endif %}
</p>
</footer>
</main>
</body>
</html>
"""
