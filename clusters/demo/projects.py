"""The two governance projects, the 14 thematic ones, and their consortia as far as they are known."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal

from clusters.demo.files import rows, words
from clusters.demo.world import World
from community.choices import ProjectFamily, Vocabulary
from community.models import Partnership, Project

#: How the projects write themselves, where that is not in capitals.
WRITTEN = {
    "GREENLIST4MMPAS": "GreenList4MMPAs",
    "LOCALL4FLOOD": "LocAll4Flood",
    "MEDSEARISE": "MedSeaRise",
    "MPA4CHANGE": "MPA4Change",
    "STRATEGYMEDFOR": "StrategyMedFor",
    "WETLAND4CHANGE": "Wetland4Change",
}
GOVERNANCE = (
    (
        "C4N",
        "Community4Nature",
        (
            "The thematic community project: technical transfer, the community, the catalogue of transferable "
            "results and the Amplification Room."
        ),
        8,
    ),
    ("D4N", "Dialogue4Nature", "The institutional dialogue project: carries results into policy.", 6),
)
GOVERNANCE_DATES = (date(2023, 1, 1), date(2029, 9, 30))
#: The made-up partner whose partnership ended by its own date, so that one cluster is flagged.
LEFT_EARLY = ("MIRAMAR", "pelagos")
LEFT_DAYS_AGO = 20
_COUNTRY = re.compile(r"^[A-Z]{2}$")


def make_projects(world: World) -> None:
    """Make all projects and consortia; what a public source leaves uncertain stays blank."""
    made = [_governance(*row) for row in GOVERNANCE]
    made += [_thematic(world, row) for row in rows("thematic_projects.csv")]
    Project.objects.bulk_create(made)
    world.projects = {project.acronym: project for project in made}
    Partnership.objects.bulk_create(
        Partnership(
            project=world.projects[row["project"]],
            organisation=world.organisations[row["organisation"]],
            role=row["role"],
            until_on=_until(world, row["project"], row["organisation"]),
        )
        for row in rows("partnerships.csv")
    )


def _until(world: World, project: str, organisation: str) -> date | None:
    if (project, organisation) == LEFT_EARLY:
        return world.today - timedelta(days=LEFT_DAYS_AGO)
    return None


def _governance(acronym: str, title: str, summary: str, partners: int) -> Project:
    """Return a governance project."""
    return Project(
        code=acronym.lower(),
        acronym=acronym,
        title=title,
        family=ProjectFamily.GOVERNANCE,
        summary=summary,
        partner_count=partners,
        starts_on=GOVERNANCE_DATES[0],
        ends_on=GOVERNANCE_DATES[1],
        website="https://natural-heritage.interreg-euro-med.eu",
        source="natural-heritage.interreg-euro-med.eu",
    )


def _thematic(world: World, row: dict[str, str]) -> Project:
    """Return a thematic project from its row."""
    uncertain = words(row["uncertain"])
    sure = {name: "" if name in uncertain else cell for name, cell in row.items()}
    acronym = WRITTEN.get(row["acronym"], row["acronym"])
    countries, note = _countries(row["countries"])
    objective = sure["specific_objective"]
    return Project(
        code=acronym.lower().replace(" ", "-"),
        acronym=acronym,
        title=sure["title"],
        type=sure["type"],
        specific_objective=world.term(Vocabulary.OBJECTIVE, objective) if objective else None,
        theme=sure["theme"],
        countries=countries,
        countries_note=note,
        budget_eur=Decimal(sure["budget_eur"]) if sure["budget_eur"] else None,
        partner_count=int(sure["project_partners"]) if sure["project_partners"] else None,
        associated_count=int(sure["associated_partners"]) if sure["associated_partners"] else None,
        starts_on=date.fromisoformat(sure["starts_on"]) if sure["starts_on"] else None,
        ends_on=date.fromisoformat(sure["ends_on"]) if sure["ends_on"] else None,
        website=_website(row["source"]),
        source=row["source"],
        uncertain=uncertain,
    )


def _countries(cell: str) -> tuple[list[str], str]:
    """Return the countries as codes, and what the cell says in words."""
    listed, _bracket, note = cell.partition(" (")
    codes = words(listed)
    if all(_COUNTRY.match(code) for code in codes):
        return codes, note.rstrip(")").lstrip("+ ")
    return [], cell


def _website(source: str) -> str:
    """Return the project's own address where the source is one, not a partner's home page."""
    first = words(source)[0] if source else ""
    return f"https://{first}" if "interreg-euro-med" in first or "/" in first else ""
