"""Countries, the 69 regions of the programme with both NUTS versions, sea basins and some sites."""

from __future__ import annotations

import re

from clusters.demo.files import rows, words
from clusters.demo.world import World
from community.choices import NutsVersion, TerritoryLevel
from community.models import Territory

#: Two letters as the programme writes them (Greece is EL); Lebanon for partners from outside.
COUNTRIES = {
    "AL": "Albania",
    "BA": "Bosnia and Herzegovina",
    "BG": "Bulgaria",
    "CY": "Cyprus",
    "EL": "Greece",
    "ES": "Spain",
    "FR": "France",
    "HR": "Croatia",
    "IT": "Italy",
    "LB": "Lebanon",
    "ME": "Montenegro",
    "MK": "North Macedonia",
    "MT": "Malta",
    "PT": "Portugal",
    "SI": "Slovenia",
}
SEAS = {
    "sea-adriatic": ("Adriatic Sea", ("ITH3", "ITH4", "ITF4", "HR03", "SI04", "ME", "AL")),
    "sea-aegean": ("Aegean Sea", ("EL30", "EL41", "EL42", "EL43", "EL51", "EL52")),
    "sea-ionian": ("Ionian Sea", ("EL62", "EL63", "EL65", "ITF6", "ITG1", "AL")),
    "sea-tyrrhenian": ("Tyrrhenian Sea", ("ITI1", "ITI4", "ITF3", "ITG2", "FRM0")),
    "sea-balearic": ("Balearic Sea", ("ES51", "ES52", "ES53")),
    "sea-mediterranean": ("Mediterranean Sea", ()),
}
SITES = {
    "site-plavi-zaljev": ("Plavi zaljev nature park (made up)", "HR", ("HR03",)),
    "site-laguna-serena": ("Laguna Serena (made up)", "IT", ("ITH3",)),
    "site-vardia": ("Marsh of Vardia (made up)", "EL", ("EL51",)),
    "site-iles-bleues": ("Îles Bleues (made up)", "FR", ("FRL0",)),
}
_WHOLE_COUNTRY = re.compile(r"^[A-Z]{2}$")


def make_territories(world: World) -> None:
    """Make all territories and lay every region of another version, country, sea and site on the programme's."""
    listed = rows("euromed_regions.csv")
    tiles = {row["code_nuts2021"]: (int(row["column"]), int(row["row"])) for row in rows("tile_grid.csv")}
    whole = {row["code_nuts2021"]: row for row in listed if _WHOLE_COUNTRY.match(row["code_nuts2021"])}
    made = [_country(code, name, whole, tiles) for code, name in COUNTRIES.items()]
    made += [_region(row, tiles) for row in listed if row["code_nuts2021"] not in whole]
    made += [Territory(code=code, level=TerritoryLevel.SEA, name=name) for code, (name, _lies_in) in SEAS.items()]
    made += [
        Territory(code=code, level=TerritoryLevel.SITE, name=name, country=country)
        for code, (name, country, _lies_in) in SITES.items()
    ]
    Territory.objects.bulk_create(made)
    world.regions = {territory.code: territory for territory in made}
    newer = {row["code_nuts2021"]: _newer(row) for row in listed}
    Territory.objects.bulk_create([territory for group in newer.values() for territory in group])
    _lay_on_the_map(world, newer)


def _country(code: str, name: str, whole: dict[str, dict[str, str]], tiles: dict[str, tuple[int, int]]) -> Territory:
    """Return a country; the four that take part as a whole are regions of the programme too."""
    column, row = tiles.get(code, (None, None)) if code in whole else (None, None)
    note = whole[code]["note"] if code in whole else ""
    return Territory(
        code=code,
        level=TerritoryLevel.COUNTRY,
        country=code,
        name=name,
        note=note,
        is_programme_region=code in whole,
        column=column,
        row=row,
    )


def _region(row: dict[str, str], tiles: dict[str, tuple[int, int]]) -> Territory:
    """Return a region as NUTS 2021 knows it."""
    code = row["code_nuts2021"]
    return Territory(
        nuts_version=NutsVersion.NUTS_2021,
        code=code,
        level=TerritoryLevel.NUTS2,
        country=row["country"],
        name=row["name"].split("->")[0].strip(),
        note=row["note"],
        is_programme_region=True,
        column=tiles[code][0],
        row=tiles[code][1],
    )


def _newer(row: dict[str, str]) -> list[Territory]:
    """Return what NUTS 2024 made of a region: the same, another code, or several regions."""
    codes = words(row["code_nuts2024"], "+")
    names = _newer_names(row, len(codes))
    return [
        Territory(
            nuts_version=NutsVersion.NUTS_2024,
            code=code,
            level=TerritoryLevel.NUTS2,
            country=row["country"],
            name=name,
            note=row["note"] if code != row["code_nuts2021"] else "",
        )
        for code, name in zip(codes, names, strict=True)
    ]


def _newer_names(row: dict[str, str], count: int) -> list[str]:
    """Return the names of the newer regions: after an arrow, in brackets after a colon, or the old name."""
    name = row["name"]
    if "->" in name:
        return words(name.split("->")[1], "+")
    if count > 1:
        return words(name.split(":")[1].rstrip(") "), ",")
    return [name] * count


def _lay_on_the_map(world: World, newer: dict[str, list[Territory]]) -> None:
    """Say which of the programme's regions each other territory lies in."""
    pairs = [(territory, world.regions[code]) for code, group in newer.items() for territory in group]
    regions = [t for t in world.regions.values() if t.nuts_version]
    pairs += [(world.regions[region.country], region) for region in regions]
    everywhere = [t.code for t in world.regions.values() if t.is_programme_region]
    for code, (_name, lies_in) in SEAS.items():
        pairs += [(world.regions[code], world.regions[one]) for one in lies_in or _coastal(everywhere)]
    for code, (_name, _country, lies_in) in SITES.items():
        pairs += [(world.regions[code], world.regions[one]) for one in lies_in]
    through = Territory.maps_to.through
    through.objects.bulk_create(
        through(from_territory_id=territory.pk, to_territory_id=region.pk) for territory, region in pairs
    )


def _coastal(codes: list[str]) -> list[str]:
    """Return the regions that touch the sea, for the basin as a whole."""
    inland = {"BG31", "BG32", "BG41", "BG42", "ES24", "ES30", "ES42", "ES43", "FRJ2", "FRK2", "HR02", "HR05", "HR06"}
    inland |= {"ITC1", "ITC2", "ITC4", "ITI2", "EL53", "SI03", "MK", "BG33", "BG34"}
    return [code for code in codes if code not in inland]
