"""Holds the project to the picture of the README: who may import whom, and how long a thing may get."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from clusters import contributions as of_clusters
from community import contributions, kinds
from tests.conftest import WHOLE

ROOT = Path(__file__).resolve().parent.parent
#: Lowest first: an app imports only from those before it. config may import all and is imported by none.
APPS = ("community", "clusters", "results", "factsheets")
#: Rows of STYLE: a module imports from its own row and those above it.
ROWS: tuple[frozenset[str], ...] = (
    frozenset(
        {
            "contributions",
            "kinds",
            "folding",
            "choices",
            "countries",
            "signals",
            "store_away",
            "validators",
            "visibility",
            "dates",
            "error_words",
            "icons",
            "vocabularies",
            "demo_accounts",
            "snapshot_shape",
            "statement_shape",
            "report_shape",
            "imprint",
            "triggers",
            "search_index",
            "glossary",
            "opening",
            "request_time",
            "cells",
            "facts",
            "person_columns",
        }
    ),
    frozenset({"querysets"}),
    frozenset({"models", "migrations"}),
    frozenset({"access", "texts"}),
    frozenset(
        {
            "permissions",
            "rights",
            "rules",
            "policy_summary",
            "uploads",
        }
    ),
    frozenset(
        {
            "lifecycle",
            "amendment_lifecycle",
            "solution_lifecycle",
            "exchange_lifecycle",
            "panel_lifecycle",
            "chain",
            "policy_lifecycle",
            "review_lifecycle",
            "report_lifecycle",
            "verification",
            "events",
            "tasks_api",
            "jobs",
            "batches",
            "heartbeats",
            "links",
            "sessions",
            "sign_in_limits",
            "elsewhere",
        }
    ),
    frozenset(
        {
            "exports",
            "made_files",
            "stored",
            "processing",
            "summary",
            "translatable",
            "job_summary",
            "kept_snapshot",
            "sentences",
            "exchange_sentences",
            "room_sentences",
            "panel_sentences",
            "panel_summary",
            "panel_near",
            "people_sentences",
            "coordination_sentences",
            "meeting_calendar",
            "pictures",
            "search",
            "telling",
            "similar",
            "similar_exchanges",
            "similar_people",
            "ranked",
            "surroundings",
            "platforms",
            "near_words",
            "changes",
            "interim",
            "reasons",
            "checksums",
            "storage",
            "selection",
            "withdrawals",
            "archive",
            "downloads",
            "overlap",
            "relatives",
            "coverage",
            "matches",
            "dashboard",
            "policy_sentences",
            "review_sentences",
            "review_summary",
            "report_summary",
            "damage_summary",
            "merge_rules",
            "personal",
            "personal_export",
            "personal_records",
            "personal_addresses",
            "personal_matching",
            "personal_sweep",
            "verb_words",
            "consents",
        }
    ),
    frozenset(
        {
            "notifications",
            "digests",
            "inbox",
            "mails",
            "personal_words",
            "account_mails",
            "enquiry_mails",
            "solution_mails",
            "exchange_mails",
            "platform_mails",
            "job_mails",
            "person_mails",
            "appointment_mails",
            "absence_mails",
            "mailbox",
            "rendering",
            "pdf",
            "docx_file",
            "pdf_child",
            "tagging",
            "typesetter",
            "pdf_checks",
            "pdf_text",
            "pdf_writer",
            "joining",
            "joining_parts",
            "sheet",
        }
    ),
    frozenset({"actions", "ledger"}),
    frozenset({"forms", "filters", "tables", "catalogue", "imports", "resources", "dossier"}),
    frozenset(
        {
            "views",
            "api",
            "feeds",
            "calendars",
            "admin",
            "receivers",
            "tasks",
            "management",
            "templatetags",
            "middleware",
            "adapters",
            "backends",
            "checks",
            "desk",
            "amendment_desk",
            "panel_desk",
            "solution_desk",
            "clock",
            "contributed",
            "panel_contributed",
            "exchange_contributed",
            "liaison_contributed",
            "figures_contributed",
            "policy_contributed",
            "review_contributed",
            "interim_contributed",
            "report_contributed",
            "context_processors",
            "demo",
        }
    ),
    frozenset({"urls", "apps"}),
)
ROW_OF = {name: number for number, row in enumerate(ROWS) for name in row}
LONGEST_MODULE, LONGEST_FUNCTION, LONGEST_TEMPLATE = 400, 40, 150


def modules(app: str) -> Iterator[Path]:
    """Yield the modules of an app, migrations left out."""
    for path in sorted((ROOT / app).rglob("*.py")):
        if "migrations" not in path.parts and "__pycache__" not in path.parts:
            yield path


def row_of(path: Path) -> int | None:
    """Return the row of a module; None for the app's own `__init__`."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return None if parts[1] == "__init__" else ROW_OF[parts[1]]


def imported(path: Path) -> Iterator[tuple[str, int, bool]]:
    """Yield (module, line, whether it is only for type checking) for what `path` imports from our apps."""
    tree = ast.parse(path.read_text())
    typing_only = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and isinstance(block.test, ast.Name) and block.test.id == "TYPE_CHECKING"
        for node in ast.walk(block)
    }
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            module = node.module
            names = [f"{module}.{alias.name}" if module in (*APPS, "config") else module for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        for name in names:
            if name.split(".")[0] in (*APPS, "config"):
                yield name, node.lineno, id(node) in typing_only


@pytest.mark.parametrize("app", APPS)
def test_an_app_imports_only_from_the_apps_below_it(app: str) -> None:
    allowed = APPS[: APPS.index(app) + 1]
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in modules(app)
        for name, line, _typing in imported(path)
        if name.split(".")[0] not in allowed
    ]
    assert wrong == []


@pytest.mark.parametrize("app", APPS)
def test_a_module_imports_only_from_its_own_row_and_those_above(app: str) -> None:
    wrong = []
    for path in modules(app):
        row = row_of(path)
        for name, line, typing in imported(path):
            parts = name.split(".")
            if row is None or typing or parts[0] != app or len(parts) < 2:
                continue
            if ROW_OF[parts[1]] > row:
                wrong.append(f"{path.relative_to(ROOT)}:{line} imports {name}")
    assert wrong == []


def test_every_top_level_module_has_a_row() -> None:
    found = {path.relative_to(ROOT / app).parts[0].removesuffix(".py") for app in APPS for path in modules(app)}
    assert found - {"__init__"} - ROW_OF.keys() == set()


@pytest.mark.parametrize("app", APPS)
def test_views_ask_querysets_and_actions_instead_of_the_database(app: str) -> None:
    forbidden = (".filter(", ".save(", ".create(", ".update(", ".delete(", ".exclude(")
    wrong = [
        f"{path.relative_to(ROOT)}:{number} {line.strip()}"
        for path in modules(app)
        if "views" in path.relative_to(ROOT).parts[1]
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if any(word in line for word in forbidden)
    ]
    assert wrong == []


def test_an_account_is_locked_without_its_key() -> None:
    """Every event refers to who acted: who holds an account with its key holds up what that person does elsewhere."""
    locking = re.compile(r"\bUser\.objects\.[^\n]*select_for_update\(([^)]*\)?[^)]*)\)")
    found = {
        str(path.relative_to(ROOT)): held[1]
        for path in itertools.chain.from_iterable(modules(app) for app in APPS)
        for held in locking.finditer(path.read_text())
        if "no_key=True" not in held[1]
    }
    # An erasure lets nobody write of the person until it is through.
    assert found == {"community/actions/erasure_effects.py": 'of=("self",)'}


def documented(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return the lines of a function's docstring: what says more is not longer to read as code."""
    first = function.body[0]
    if ast.get_docstring(function) is None or first.end_lineno is None:
        return 0
    return first.end_lineno - first.lineno + 1


def test_modules_and_functions_stay_short_and_say_what_they_are_for() -> None:
    wrong = []
    for path in itertools.chain.from_iterable(modules(app) for app in (*APPS, "config")):
        text = path.read_text()
        tree = ast.parse(text)
        name = path.relative_to(ROOT)
        if tree.body and not ast.get_docstring(tree):
            wrong.append(f"{name} has no docstring")
        if len(text.splitlines()) > LONGEST_MODULE:
            wrong.append(f"{name} has {len(text.splitlines())} lines")
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
                length = node.end_lineno - node.lineno + 1 - documented(node)
                if length > LONGEST_FUNCTION:
                    wrong.append(f"{name}:{node.lineno} {node.name} has {length} lines")
    assert wrong == []


def test_modules_of_tests_stay_as_short() -> None:
    found = {str(p.relative_to(ROOT)): len(p.read_text().splitlines()) for p in (ROOT / "tests").rglob("*.py")}
    assert {name: lines for name, lines in found.items() if lines > LONGEST_MODULE} == {}


def test_templates_stay_short() -> None:
    found = {str(p.relative_to(ROOT)): len(p.read_text().splitlines()) for p in (ROOT / "templates").rglob("*.*")}
    assert {name: lines for name, lines in found.items() if lines > LONGEST_TEMPLATE} == {}


def test_nobody_reaches_an_upper_app_but_through_what_is_registered() -> None:
    assert contributions.desk_items.codes() == [
        "community.administrators",
        "community.solutions",
        "community.exchanges",
        "clusters",
        "clusters.amendments",
        "clusters.panels",
        "results",
        "results.statements",
        "results.reviews",
        "factsheets.files",
        "factsheets.reports",
        "factsheets.interim",
    ]
    upper = ["clusters", "review", "reminders", "panels", "uptakes", "coverage", "dashboard", "indicators", "policy"]
    assert contributions.navigation.codes()[-10:] == [*upper, "reports"]
    assert contributions.memberships.codes() == ["clusters"]
    assert contributions.absences.codes() == ["clusters"]
    assert contributions.departures.codes() == ["community.exchanges", "clusters", "clusters.panels"]
    assert contributions.join_pages.codes() == ["participate"]
    both = ["uptakes", "reviews"]
    assert (of_clusters.tabs.codes(), of_clusters.results.codes()) == (both, ["panel", *both])
    assert of_clusters.sentences.codes() == ["translations", "panel", "results", "reviews", "interim"]
    assert of_clusters.hidden_events.codes() == ["panel", "results"]
    assert (of_clusters.followed_up.codes(), of_clusters.moves.codes()) == (["uptakes"], ["panel", *both])
    assert contributions.solution_uses.codes() == ["clusters", "results.uptakes", "results.reviews"]
    assert contributions.events_of_groups.codes() == ["clusters", "results.statements"]
    assert of_clusters.outcome_uses.codes() == ["results.statements"]
    assert of_clusters.dates_ahead.codes() == ["interim"]
    assert of_clusters.reminders.codes() == ["confirmation"]
    assert of_clusters.demo_steps.codes() == ["results", "factsheets"]
    assert {"cluster", "stage", "need", "solution", "member", "uptake", "confirmation", "issue"} <= {
        kind.code for kind in kinds.every()
    }


def test_what_is_asked_whole_every_day_is_there() -> None:
    assert [place for place in WHOLE if not (ROOT / place).exists()] == []
