"""Draft rows are written beside our seeds or into them, and edited ones go back to HubSpot."""

from __future__ import annotations

import copy
import csv
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.errors import unusable
from orchestration.quality.seed_columns import SEEDS
from orchestration.weights import configuration, hubspot
from orchestration.weights.hubspot import Draft, Row

if TYPE_CHECKING:
    from rich.console import Console

_KEYS = {
    "score_models": (),
    "score_groups": ("dimension", "rule_group"),
    "fit_rules": ("rule_id",),
    "engagement_rules": ("rule_id",),
    "score_tiers": ("tier",),
    "fit_grades": ("grade",),
    "engagement_levels": ("level",),
}
_EVENT_VOCABULARY = "seeds/reference/event_vocabulary.csv"


@dataclass(frozen=True)
class Exported:
    """The configuration with our numbers, the numbers that changed, and what could not go back."""

    configuration: dict[str, Any]
    changed: list[str]
    left_out: list[str]


def draft_of(project: Path, file: Path, model_version: str = "") -> Draft:
    """Read a saved configuration of HubSpot and make draft rows of it."""
    return hubspot.draft(configuration.read(file), _events(project), model_version)


def write(draft: Draft, folder: Path, replace: bool = False) -> list[Path]:
    """Write a CSV file a seed into `folder`. Refuses to overwrite unless `replace`."""
    paths = [folder / f"{seed}.csv" for seed in draft.seeds]
    there = [path.name for path in paths if path.exists()]
    if there and not replace:
        raise unusable(
            str(folder), f"there are {', '.join(there)} already", "Name another folder, or --force"
        )
    folder.mkdir(parents=True, exist_ok=True)
    for path, rows in zip(paths, draft.seeds.values(), strict=True):
        path.write_text(_header(path.stem) + _lines(path.stem, rows), encoding="utf-8")
    return paths


def add(draft: Draft, project: Path) -> list[Path]:
    """Append the rows to the project's scoring seeds. Refuses a model version that is there."""
    if _rows(project, "score_models", draft.model_version):
        raise unusable(
            "seeds/scoring/score_models.csv",
            f"there is a model version {draft.model_version} already",
            "Name another one with --model",
        )
    paths = [project / SEEDS[seed].file for seed in draft.seeds]
    for path, rows in zip(paths, draft.seeds.values(), strict=True):
        before = path.read_text(encoding="utf-8")
        header = next(csv.reader(io.StringIO(before)))
        end = "" if before.endswith("\n") else "\n"
        path.write_text(before + end + _lines(path.stem, rows, header), encoding="utf-8")
    return paths


def export(project: Path, file: Path, model_version: str) -> Exported:
    """Put the numbers of a model version's seeds into the configuration that it came from.

    Whatever our seeds do not hold stays as it is in `file`. Seeds that were not edited give the
    configuration back unchanged.
    """
    score = configuration.read(file)
    draft = hubspot.draft(score, _events(project), model_version)
    ours = {
        seed: {_key(seed, row): row for row in _rows(project, seed, model_version)}
        for seed in _KEYS
    }
    if not ours["score_models"]:
        raise unusable(
            "seeds/scoring/score_models.csv",
            f"there is no model version {model_version}",
            "Import the configuration first, or name its model version with --model",
        )
    made = Exported(copy.deepcopy(score.value), [], [])
    linked = {(link.seed, link.row, link.column): link for link in draft.links}
    for seed, rows in draft.seeds.items():
        known = ours[seed]
        for number, row in enumerate(rows):
            name = " / ".join((seed, *_key(seed, row)))
            edited = known.pop(_key(seed, row), None)
            if edited is None:
                made.left_out.append(f"{name}: the row was removed; switch it off in HubSpot")
                continue
            for column, value in row.items():
                if _text(value) == edited.get(column, "") or column in ("role", "description"):
                    continue
                link = linked.get((seed, number, column))
                if link is None or not edited[column]:
                    made.left_out.append(f"{name}: {column} was changed; change it in HubSpot too")
                    continue
                number_there = round(float(edited[column]) / link.factor, 6)
                whole = int(number_there) if number_there == int(number_there) else number_there
                configuration.replaced(made.configuration, link.pointer, whole)
                made.changed.append(f"{name}: {column} is {edited[column]}, was {_text(value)}")
        made.left_out.extend(
            f"{' / '.join((seed, *key))}: the row is new here; add it in HubSpot" for key in known
        )
    return made


def as_json(draft: Draft, paths: list[Path]) -> dict[str, Any]:
    """What `--json` prints of an import."""
    return {
        "status": "ok",
        "model_version": draft.model_version,
        "rows": {seed: len(rows) for seed, rows in draft.seeds.items()},
        "expressed": [
            {"pointer": part.pointer, "what": part.what, "became": part.became}
            for part in draft.parts
            if not part.reason
        ],
        "not_expressed": [
            {"pointer": part.pointer, "what": part.what, "reason": part.reason}
            for part in draft.parts
            if part.reason
        ],
        "files": [str(path) for path in paths],
    }


def render(draft: Draft, paths: list[Path], console: Console) -> None:
    """Say what became of a configuration, for people."""
    from rich.table import Table
    from rich.text import Text

    became = [part for part in draft.parts if not part.reason]
    lost = [part for part in draft.parts if part.reason]
    console.print(Text(f"Model version {draft.model_version}, role draft", style="bold"))
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("In HubSpot", overflow="fold")
    table.add_column("Here", overflow="fold")
    for part in became:
        table.add_row(Text(part.what), Text(part.became))
    console.print(table)
    if lost:
        console.print(Text(f"\n{len(lost)} parts could not be expressed", style="bold yellow"))
        for part in lost:
            console.print(Text(f"  {part.what} ({part.pointer}): {part.reason}"))
    console.print(Text("\nWritten", style="bold"))
    for path in paths:
        console.print(Text(f"  {path}"))


def _events(project: Path) -> dict[str, str]:
    with (project / _EVENT_VOCABULARY).open(encoding="utf-8", newline="") as lines:
        return {
            row["platform_event"].strip().lower(): row["activity_type"]
            for row in csv.DictReader(lines)
            if row["source_system"] == "hubspot"
        }


def _rows(project: Path, seed: str, model_version: str) -> list[dict[str, str]]:
    with (project / SEEDS[seed].file).open(encoding="utf-8", newline="") as lines:
        return [row for row in csv.DictReader(lines) if row["model_version"] == model_version]


def _key(seed: str, row: dict[str, Any] | Row) -> tuple[str, ...]:
    return tuple(_text(row[column]) for column in _KEYS[seed])


def _header(seed: str) -> str:
    return ",".join(column.name for column in SEEDS[seed].columns) + "\n"


def _lines(seed: str, rows: list[Row], header: list[str] | None = None) -> str:
    columns = header or [column.name for column in SEEDS[seed].columns]
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    for row in rows:
        writer.writerow([_text(row.get(column)) for column in columns])
    return lines.getvalue()


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.6f}".rstrip("0").rstrip(".")
    return str(value)


def dumped(document: dict[str, Any]) -> str:
    """The configuration as text, ready to be sent back."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"
