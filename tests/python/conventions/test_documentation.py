"""What the documentation says exists: links, commands, tables, columns, checks and recipes."""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from conftest import REPOSITORY

from orchestration import cli, settings
from orchestration.ingestion.contracts import CUSTOM
from orchestration.quality.catalogue import planned_checks
from orchestration.quality.policy import load_policy
from orchestration.quality.seed_columns import SEEDS
from orchestration.quality.seeds import validate_seeds

DOCUMENTS = [
    REPOSITORY / "README.md",
    REPOSITORY / "CONTRIBUTING.md",
    REPOSITORY / "CHANGELOG.md",
    REPOSITORY / "seeds" / "reference" / "README.md",
    *sorted((REPOSITORY / "docs").rglob("*.md")),
]
CONTRACTS = (REPOSITORY / "docs" / "contracts.md").read_text(encoding="utf-8")
COOKBOOK = (REPOSITORY / "docs" / "rules-cookbook.md").read_text(encoding="utf-8")
ELSEWHERE = re.compile(r"[a-z]+:", re.IGNORECASE)
REGISTRIES = re.compile(
    r"pypi\.org|pythonhosted|npmjs|index-url|registry\.|artifactory|jfrog|"
    r"nexus\.|/simple/|crates\.io|rubygems",
    re.IGNORECASE,
)
MACHINE_PATHS = re.compile(
    r"(?<![\w.>*-])(?:/(?:home|Users|root|work|tmp|mnt|opt|var|srv|private)/|[A-Z]:\\|~/)"
)
MADE_BY_RUNNING = {"landing", "warehouse", "published", "target", "logs", ".venv"}

each_document = pytest.mark.parametrize(
    "document", DOCUMENTS, ids=lambda path: path.relative_to(REPOSITORY).as_posix()
)


@each_document
def test_every_link_leads_to_a_file_and_a_heading_that_exist(document: Path) -> None:
    wrong = []
    for target in re.findall(r"\]\(([^)\s]+)\)", without_code(document.read_text("utf-8"))):
        if ELSEWHERE.match(target):
            continue
        name, _, anchor = target.partition("#")
        file = (document.parent / name).resolve() if name else document
        if not file.is_file() or (anchor and anchor not in anchors(file)):
            wrong.append(target)
    assert wrong == []


@each_document
def test_every_file_that_is_named_exists(document: Path) -> None:
    wrong = []
    for name in inline_code(document):
        path = name.split("::")[0].rstrip("/")
        is_a_path = re.fullmatch(r"[\w.-]+(/[\w.-]+)+", path)
        if not is_a_path or path.split("/")[0] not in ours() - MADE_BY_RUNNING:
            continue
        if not (REPOSITORY / path).exists():
            wrong.append(name)
    assert wrong == []


@each_document
def test_every_make_target_that_is_named_exists(document: Path) -> None:
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z][\w-]*):", makefile, re.MULTILINE))
    named = set(re.findall(r"\bmake ([a-z][\w-]*)", code(document)))
    assert named - targets == set()


def test_the_readme_names_every_make_target_and_command() -> None:
    readme = code(REPOSITORY / "README.md")
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z][\w-]*):.*##", makefile, re.MULTILINE)) - {"help"}
    assert {name for name in targets if f"make {name}" not in readme} == set()
    assert {name for name in commands() if f"leadscore {name}" not in readme} == set()


@each_document
def test_every_command_and_option_that_is_named_exists(document: Path) -> None:
    known = commands()
    wrong = []
    for line in code(document).splitlines():
        for name, rest in re.findall(r"\bleadscore ([a-z]+)\b([^|;&#]*)", line):
            options = set(re.findall(r"(?<!\S)--[a-z-]+", rest))
            if name not in known or options - known[name]:
                wrong.append(line)
    assert wrong == []


@each_document
def test_every_variable_that_is_named_exists(document: Path) -> None:
    sources = [REPOSITORY / "profiles.yml", *(REPOSITORY / "orchestration").rglob("*.py")]
    sources += (REPOSITORY / "tests" / "python").rglob("*.py")
    here = Path(__file__)
    known = "".join(path.read_text(encoding="utf-8") for path in sources if path != here)
    named = set(re.findall(r"LEAD_SCORING_[A-Z_]+", document.read_text("utf-8")))
    assert {name for name in named if name not in known} == set()


def test_the_readme_has_every_variable_that_says_where_things_are() -> None:
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    variables = (settings.LANDING, settings.WAREHOUSE, settings.PUBLISHED, settings.SOURCES)
    assert [name for name in variables if f"| `{name}` |" not in readme] == []


@pytest.mark.parametrize("table", CUSTOM)
def test_every_landed_column_stands_in_the_contract_with_its_type(table: str) -> None:
    contract = CUSTOM[table]
    wanted = []
    for column, kind in contract.columns.items():
        text = f"**{column}**" if column in contract.required else column
        wanted.append(text if kind == "text" else f"{text} {kind}")
    assert f"| `{table}` | {', '.join(wanted)} |" in CONTRACTS


def marts() -> dict[str, list[str]]:
    """The columns of every mart, as its dbt contract has them."""
    found = {}
    for path in (REPOSITORY / "models" / "marts").rglob("_*__models.yml"):
        for model in yaml.safe_load(path.read_text(encoding="utf-8"))["models"]:
            found[model["name"]] = [column["name"] for column in model["columns"]]
    return found


@pytest.mark.parametrize("mart", sorted(marts()))
def test_every_column_of_a_mart_stands_in_the_contract_and_no_other(mart: str) -> None:
    section = CONTRACTS.partition(f"### `{mart}`\n")[2].partition("\n#")[0]
    cells = re.findall(r"^\| (`[^|]*`) \|", section, re.MULTILINE)
    documented = [name for cell in cells for name in re.findall(r"`(\w+)`", cell)]
    assert sorted(documented) == sorted(marts()[mart])


def test_the_readme_lists_every_mart() -> None:
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    assert [mart for mart in marts() if f"| `{mart}` |" not in readme] == []


@pytest.mark.parametrize(
    "seed", sorted((REPOSITORY / "seeds").rglob("*.csv")), ids=lambda path: path.stem
)
def test_every_seed_stands_in_the_contract_with_its_columns(seed: Path) -> None:
    header = seed.read_text(encoding="utf-8").splitlines()[0].split(",")
    row = re.search(rf"^\| `{seed.stem}` \| [^|]* \| (.*) \|$", CONTRACTS, re.MULTILINE)
    assert row is not None
    assert re.findall(r"`(\w+)`", row.group(1)) == header


def test_every_model_stands_in_the_way_of_the_data() -> None:
    text = (REPOSITORY / "docs" / "data-flow.md").read_text(encoding="utf-8")
    models = {path.stem for path in (REPOSITORY / "models").rglob("*.sql")}
    named = set(re.findall(r"`((?:stg|int)_\w+)`", text))
    assert {model for model in models if f"`{model}`" not in text} == set()
    assert {name for name in named - models if not name.endswith("__")} == set()


def test_every_check_is_described_and_no_other() -> None:
    text = (REPOSITORY / "docs" / "quality.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`(?:raw|lead)_[^|]*) \|[^|]*\| ([^|]*) \|", text, re.MULTILINE)
    documented = {name: stops for cell, stops in rows for name in re.findall(r"`(\w+)`", cell)}
    assert documented == {
        check.name: "always" if check.always_blocks else "by policy" for check in planned_checks()
    }
    assert set(load_policy(REPOSITORY)) <= set(documented)


@each_document
def test_no_package_host_and_no_path_of_a_machine(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    assert REGISTRIES.findall(text) == []
    # Where an installation is, on the machine of whoever installs it.
    for place in ("/opt/lead-scoring", "/var/lib/lead-scoring", "/etc/lead-scoring"):
        text = text.replace(place, "")
    assert MACHINE_PATHS.findall(text) == []


def test_pre_commit_uses_the_tools_in_the_environment_and_downloads_nothing() -> None:
    config = yaml.safe_load((REPOSITORY / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    hooks = [hook for repo in config["repos"] for hook in repo["hooks"]]
    assert {repo["repo"] for repo in config["repos"]} == {"local"}
    assert {hook["language"] for hook in hooks} == {"system"}
    assert [hook["id"] for hook in hooks if ".venv/bin/" not in hook["entry"]] == []


def recipes() -> dict[str, list[tuple[str, list[list[str]]]]]:
    """The rows of every recipe of the cookbook: its heading, then file and rows."""
    found = {}
    for section in re.split(r"^## ", COOKBOOK, flags=re.MULTILINE)[1:]:
        blocks = re.findall(r"^```csv (\S+)\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
        if blocks:
            heading = section.partition("\n")[0]
            found[heading] = [(file, list(csv.reader(rows.splitlines()))) for file, rows in blocks]
    return found


@pytest.mark.parametrize("heading", recipes())
def test_the_rows_of_a_recipe_can_be_scored_with(heading: str, tmp_path: Path) -> None:
    shutil.copytree(REPOSITORY / "seeds", tmp_path / "seeds")
    before = [str(problem) for problem in validate_seeds(tmp_path)]
    for file, rows in recipes()[heading]:
        put_in(tmp_path / file, rows)
    assert [str(p) for p in validate_seeds(tmp_path) if str(p) not in before] == []


def put_in(file: Path, rows: list[list[str]]) -> None:
    """Add rows to a seed; a row whose key is there already takes the other one's place."""
    with open(file, newline="", encoding="utf-8") as lines:
        header, *present = csv.reader(lines)
    versions = {row[0] for row in present}
    key = [header.index(column) for column in SEEDS[file.stem].unique_by]
    for row in rows:
        if row[0] not in versions:
            pytest.skip(f"{file.name} no longer has the model version {row[0]}")
        assert len(row) == len(header)
        places = [i for i, old in enumerate(present) if key and is_same(old, row, key)]
        for place in places:
            present[place] = row
        if not places:
            present.append(row)
    with open(file, "w", newline="", encoding="utf-8") as lines:
        csv.writer(lines, lineterminator="\n").writerows([header, *present])


def is_same(row: list[str], other: list[str], key: list[int]) -> bool:
    """Say whether two rows have the same key."""
    return all(row[i] == other[i] for i in key)


def commands() -> Mapping[str, set[str]]:
    """Every command of `leadscore` with its options."""
    group = typer.main.get_command(cli.app)
    return {
        name: {"--help", *(option for p in parameters(command) for option in p.opts)}
        for name, command in group.commands.items()
    }


def parameters(command: Any) -> list[Any]:
    """The parameters of a command, and of those below it."""
    below = getattr(command, "commands", {}).values()
    return [*command.params, *(p for other in below for p in parameters(other))]


def ours() -> set[str]:
    """The first parts of paths in the repository."""
    return {path.name for path in REPOSITORY.iterdir()}


def anchors(file: Path) -> set[str]:
    """The anchors of a file's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", without_code(file.read_text("utf-8")), re.MULTILINE)
    return {
        re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings
    }


def without_code(text: str) -> str:
    """The text without code blocks."""
    return re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)


def inline_code(document: Path) -> Iterator[str]:
    """Everything between single backticks outside code blocks."""
    return iter(re.findall(r"`([^`\n]+)`", without_code(document.read_text(encoding="utf-8"))))


def code(document: Path) -> str:
    """Code blocks and inline code, where a word such as `make` is a command."""
    text = document.read_text(encoding="utf-8")
    blocks = re.findall(r"^```[^\n]*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return "\n".join([*blocks, *inline_code(document)])
