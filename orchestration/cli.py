"""The command line: leadscore score, explain, check, alerts, quarantine and weights.

Exit codes: 0 done; 1 a blocking check failed and nothing was published; 2 configuration, input or
a place that cannot be used; 3 an internal error; 4 published, but not copied to PostgreSQL. Results
go to standard output, progress and messages to standard error. Heavy imports happen inside the
functions that need them.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import sys
import traceback
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from orchestration.errors import BlockedByCheck, ConfigurationError, NotCopied, refused
from orchestration.settings import Settings, switch_telemetry_off, write_for_owner_and_group

BLOCKED, UNUSABLE, INTERNAL, NOT_COPIED, INTERRUPTED = 1, 2, 3, 4, 130
_UNTOUCHED = "Readers still see the last good release, whole and unchanged."

app = typer.Typer(
    name="leadscore",
    help="Score leads, explain a score, check the rules.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

ProjectDir = Annotated[
    Path | None,
    typer.Option("--project-dir", help="The dbt project; default: the current directory."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print a machine-readable result.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of an internal error.")]


@app.command()
def score(
    date: Annotated[
        str | None,
        typer.Option(
            "--date", metavar="YYYY-MM-DD", help="The day to score; default: today (UTC)."
        ),
    ] = None,
    start: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="YYYY-MM-DD", help="Score all days from this one to --date, in order."
        ),
    ] = None,
    accept: Annotated[
        list[str] | None,
        typer.Option("--accept", metavar="CHECK", help="Let a reviewed change through this check."),
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Run even if nothing changed since the last publish.")
    ] = False,
    project_dir: ProjectDir = None,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Run the whole job: take landed rows in, score, check, publish."""
    with _outcomes(as_json, debug):
        settings = Settings.from_environment(project_dir)
        from orchestration import (
            audit,
            pipeline,
            preflight,
            summary,
            summary_text,
            unchanged,
            warehouse,
        )
        from orchestration.alerting import runs
        from orchestration.terminal import console, quiet, shows_progress

        page = audit.checks_page(settings)
        try:
            with runs.watched(settings):
                days = preflight.parse_score_dates(start, date)
                accepted = tuple(accept or ())
                preflight.check_configuration(settings, accepted)
                with warehouse.writer_lock(settings.warehouse), quiet(debug), shows_progress():
                    for day in days:
                        if len(days) > 1:
                            console(stderr=True).print(f"{day}", style="bold")
                        digest = unchanged.inputs(settings, day, accepted)
                        is_new = again or not unchanged.is_published(settings, digest)
                        if is_new:
                            from orchestration.run_job import run

                            run(settings, day, accepted)
                            unchanged.note(settings, digest)
                        else:
                            # A server may have been named, or emptied, since the release was made.
                            pipeline.publish_to_postgres(settings)
                found = summary.summarise(settings, page, is_new)
        except BlockedByCheck as blocked:
            failures = summary.describe_failures(blocked.failures)
            _print_json(
                {"status": "blocked", "failures": failures, "checks_page": str(page)}, as_json
            )
            summary_text.render_blocked(failures, console(stderr=True), page)
            raise typer.Exit(BLOCKED) from None
        if as_json:
            _print_json(found)
        else:
            summary_text.render(found, console(), settings)


@app.command()
def explain(
    lead: Annotated[str, typer.Argument(help="A lead's id or e-mail address.")],
    model: Annotated[
        str | None, typer.Option("--model", help="A model version; default: the one that is shown.")
    ] = None,
    start: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="YYYY-MM-DD",
            help="Compare with this published day; default: the one before --to.",
        ),
    ] = None,
    end: Annotated[
        str | None,
        typer.Option(
            "--to", metavar="YYYY-MM-DD", help="The later day; default: the last published one."
        ),
    ] = None,
    project_dir: ProjectDir = None,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Show how one lead's published score comes about, and how it moved from day to day."""
    with _outcomes(as_json, debug):
        settings = Settings.from_environment(project_dir)
        from orchestration import explain as explaining
        from orchestration import preflight
        from orchestration.terminal import console

        first = preflight.parse_score_date(start, option="--from") if start else None
        last = preflight.parse_score_date(end, option="--to") if end else None
        explanation = explaining.explain(settings.published, lead, model, first, last)
        if as_json:
            _print_json(explanation.to_dict())
        else:
            explaining.render(explanation, console())


@app.command()
def check(project_dir: ProjectDir = None, as_json: AsJson = False, debug: Debug = False) -> None:
    """Look at the seeds and the landed data; score nothing and change nothing."""
    with _outcomes(as_json, debug):
        settings = Settings.from_environment(project_dir)
        from orchestration import check as checking
        from orchestration.terminal import console, shows_progress

        with shows_progress():
            found = checking.check(settings)
        if as_json:
            _print_json(found.to_dict())
        else:
            checking.render(found, console())
        if found.errors:
            raise typer.Exit(UNUSABLE)


@app.command()
def alerts(
    test: Annotated[
        bool, typer.Option("--test", help="Only send a test message to every channel.")
    ] = False,
    project_dir: ProjectDir = None,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Look for stale sources and scores, tell what is due, show what is open; 1 if anything is."""
    with _outcomes(as_json, debug):
        settings = Settings.from_environment(project_dir)
        from orchestration.alerting import incidents, runs, staleness
        from orchestration.terminal import console

        if test:
            said = incidents.test(settings)
            _print_json({"status": "tested", "channels": said}, as_json)
            runs.render_test(said, console(stderr=as_json))
            raise typer.Exit(1 if any(said.values()) else 0)
        outcome = staleness.look(settings)
        runs.complain(outcome.troubles)
        if as_json:
            _print_json({"status": "ok", **asdict(outcome)})
        else:
            runs.render(outcome, console())
        raise typer.Exit(1 if outcome.open else 0)


quarantine_app = typer.Typer(
    help="List what could not be used, write it out to be mended, put it back.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(quarantine_app, name="quarantine")


@quarantine_app.command("list")
def list_quarantine(
    table: Annotated[
        str | None, typer.Option("--table", help="Only this table: events or custom.events.")
    ] = None,
    reason: Annotated[
        str | None, typer.Option("--reason", help="Only reasons that contain this text.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Show at most so many.")] = 50,
    export: Annotated[
        Path | None,
        typer.Option(
            "--export",
            metavar="DIR",
            help="Write the rows of inbox files into this folder, a CSV file a table, to be "
            "mended and replayed.",
        ),
    ] = None,
    project_dir: ProjectDir = None,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Show the rows and files that could not be used, each with its place and the reason."""
    with _outcomes(as_json, debug):
        settings = Settings.from_environment(project_dir)
        from orchestration import quarantine
        from orchestration.terminal import console

        items = quarantine.find(settings, table, reason)
        exported = quarantine.export(items, export) if export else None
        if as_json:
            found: dict[str, Any] = {
                "status": "ok",
                "total": len(items),
                "items": [item.to_dict() for item in items[:limit]],
            }
            if exported:
                found["exported"] = asdict(exported)
            _print_json(found)
        elif exported:
            quarantine.render_exported(exported, console())
        else:
            quarantine.render(items, limit, console())


@quarantine_app.command("replay")
def replay_quarantine(
    files: Annotated[
        list[str] | None,
        typer.Argument(metavar="FILE", help="A quarantined file as listed, or a mended CSV file."),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Put every quarantined file back.")
    ] = False,
    project_dir: ProjectDir = None,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Put quarantined files and mended rows back into the inbox; the next run reads them."""
    with _outcomes(as_json, debug):
        settings = Settings.from_environment(project_dir)
        from orchestration import quarantine
        from orchestration.terminal import console

        done = quarantine.replay(settings, files or [], everything)
        if as_json:
            replayed = [{"file": file, "inbox_file": str(target)} for file, target in done]
            _print_json({"status": "ok", "replayed": replayed})
        else:
            quarantine.render_replayed(done, console())


weights_app = typer.Typer(
    help="Take weights over from HubSpot's own scoring, and give edited ones back.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(weights_app, name="weights")
HubSpotFile = Annotated[
    Path,
    typer.Argument(
        metavar="FILE", help="One score as HubSpot's lead scoring API gave it, saved as JSON."
    ),
]


@weights_app.command("import")
def import_weights(
    file: HubSpotFile,
    model: Annotated[
        str, typer.Option("--model", help="Model version of the rows; default: the score's name.")
    ] = "",
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Folder for the rows; default: drafts/<model>."),
    ] = None,
    add: Annotated[
        bool, typer.Option("--add", help="Append the rows to seeds/scoring instead.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Write over files in the folder.")] = False,
    project_dir: ProjectDir = None,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Turn HubSpot's scoring into draft rows of our seeds; say what could not be expressed."""
    with _outcomes(as_json, debug):
        project = Settings.from_environment(project_dir).project_dir
        from orchestration.terminal import console
        from orchestration.weights import drafts

        draft = drafts.draft_of(project, file, model)
        if add:
            paths = drafts.add(draft, project)
        else:
            paths = drafts.write(draft, out or project / "drafts" / draft.model_version, force)
        if as_json:
            _print_json(drafts.as_json(draft, paths))
        else:
            drafts.render(draft, paths, console())


@weights_app.command("export")
def export_weights(
    file: HubSpotFile,
    model: Annotated[str, typer.Option("--model", help="The model version to export.")],
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="Write here; default: standard output."),
    ] = None,
    project_dir: ProjectDir = None,
    debug: Debug = False,
) -> None:
    """Put the numbers of our seeds into the configuration that they came from."""
    with _outcomes(False, debug):
        project = Settings.from_environment(project_dir).project_dir
        from orchestration.terminal import console
        from orchestration.weights import drafts

        exported = drafts.export(project, file, model)
        if out:
            out.write_text(drafts.dumped(exported.configuration), encoding="utf-8")
        else:
            sys.stdout.write(drafts.dumped(exported.configuration))
        said = console(stderr=True)
        said.print(f"{len(exported.changed)} numbers changed", style="bold")
        for line in [*exported.changed, *exported.left_out]:
            said.print(f"  {line}", markup=False, soft_wrap=True)


def main() -> None:
    """Run the command line (the entry point of `leadscore`)."""
    switch_telemetry_off()
    write_for_owner_and_group()
    # dbt, Dagster and Great Expectations keep half a million objects until the end: to look through
    # them as often as Python does by itself costs a twelfth of a run's processor time.
    gc.set_threshold(100_000, 20, 50)
    app()


@contextlib.contextmanager
def _outcomes(as_json: bool, debug: bool) -> Iterator[None]:
    """Turn what can go wrong into a message, a JSON result and an exit code."""
    try:
        yield
    except ConfigurationError as error:
        _refuse(error, as_json)
    except NotCopied as error:
        _print_json({"status": "not_copied", "message": str(error)}, as_json)
        _complain("Published, but not copied:", [str(error)])
        raise typer.Exit(NOT_COPIED) from None
    except KeyboardInterrupt:
        _complain("Interrupted.", [_UNTOUCHED])
        # DuckDB's threads may still be at work and would abort an orderly end. Leaving at once is
        # safe: the lock is the system's to release, and nothing is ever published halfway.
        os._exit(INTERRUPTED)
    except typer.Exit:
        raise
    except Exception as error:
        if told := refused(error):
            _refuse(told, as_json)
        lines = [line for line in str(error).splitlines() if line.strip()] or ["no message"]
        message = f"{type(error).__name__}: {lines[0]}"
        _print_json({"status": "error", "message": message}, as_json)
        if debug:
            traceback.print_exc()
        hint = [] if debug else ["The same command with --debug shows the traceback."]
        hint.append(_UNTOUCHED)
        _complain(f"Internal error: {message}", [*lines[1:12], *hint])
        raise typer.Exit(INTERNAL) from None


def _refuse(error: ConfigurationError, as_json: bool) -> NoReturn:
    _print_json({"status": "unusable", "problems": [asdict(p) for p in error.problems]}, as_json)
    many = f" ({len(error.problems)} problems)" if len(error.problems) > 1 else ""
    _complain(f"This cannot be used{many}:", [*map(str, error.problems)])
    raise typer.Exit(UNUSABLE) from None


def _complain(headline: str, lines: list[str]) -> None:
    from orchestration.terminal import console

    err = console(stderr=True)
    err.print(headline, style="bold red")
    for line in lines:
        err.print(f"  {line}", soft_wrap=True)


def _print_json(result: dict[str, Any], wanted: bool = True) -> None:
    if wanted:
        text = json.dumps(result, ensure_ascii=False, indent=2, default=str)
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
