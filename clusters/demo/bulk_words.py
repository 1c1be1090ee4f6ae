"""Words for clusters made in bulk: subjects, places and phrases that fit together in any combination."""

from __future__ import annotations

import random
from dataclasses import dataclass


@dataclass(frozen=True)
class Subject:
    """What a cluster can be about: title, question and result, with the codes that go with it."""

    title: str
    question: str
    result: str
    group: str
    theme: str
    sdg: str


SUBJECTS = (
    Subject("Seagrass that survives the winter", "how deep may seagrass be planted so that it stands after the winter", "planting depths", "WG4", "marine-coastal", "14"),
    Subject("Moorings off the meadow", "which moorings keep anchors off the meadow for a season", "a mooring plan", "WG1", "marine-coastal", "14"),
    Subject("Flood meadows and their owners", "what must an owner get so that the water may stand on the meadow", "an agreement with owners", "WG4", "climate-change", "13"),
    Subject("Flash floods and campsites", "who wakes a campsite when the river has an hour left", "a chain of telephone calls", "WG2", "climate-change", "11"),
    Subject("Drought steps before summer", "at which reading does the water board say what", "four steps with their sentences", "WG2", "climate-change", "6"),
    Subject("Salt in coastal wells", "which signs tell a month ahead that a well turns salty", "three signs", "WG2", "climate-change", "6"),
    Subject("Smoke seen at night", "who decides when the camera sees smoke at night", "a duty roster", "WG2", "forest-freshwater", "13"),
    Subject("Thinning by small contracts", "which contract keeps small owners thinning", "a contract of one page", "WG1", "forest-freshwater", "15"),
    Subject("Soil carbon for dry farms", "what may an adviser promise about soil carbon after a day in the field", "a sampling plan", "WG4", "climate-change", "15"),
    Subject("Beach wrack through the winter", "which rule leaves dead seagrass on the beach until spring", "a rule of four lines", "WG4", "marine-coastal", "14"),
    Subject("Harbour mud put to use", "which use of dredged mud does a coast guard accept", "model papers", "WG3", "pollution", "12"),
    Subject("Litter from fishing gear", "what brings old nets back to the harbour instead of the sea", "a deposit on nets", "WG3", "pollution", "14"),
    Subject("Lagoon contracts that last", "what keeps fishers at the table of a lagoon contract", "a meeting calendar", "WG3", "restoration", "16"),
    Subject("Corridors between two parks", "which three fields would join two parks for amphibians", "a map of gaps", "WG1", "biodiversity", "15"),
    Subject("Night light on nesting beaches", "which lamps can hotels and turtles live with", "a list of lamps", "WG1", "biodiversity", "14"),
    Subject("Payments for restored marshes", "who pays for a marsh once the project has gone", "a price table", "WG3", "restoration", "17"),
    Subject("Nature accounts for town halls", "which five lines about nature does a town print in its accounts", "five lines", "WG3", "biodiversity", "11"),
    Subject("Volunteers beyond the first winter", "what keeps volunteers in a marsh for more than two winters", "practices that cost no post", "WG4", "restoration", "17"),
    Subject("Short assessments of marine parks", "what is the least that a park must prove to be effective", "twelve questions", "WG1", "marine-coastal", "14"),
    Subject("Sea-level screening of quays", "which quays and shops of a small harbour are wet first", "a table of quays", "WG2", "marine-coastal", "11"),
    Subject("Invasive plants along rivers", "where is the first place to pull out giant reed", "an order of places", "WG4", "forest-freshwater", "15"),
    Subject("Shade where buses stop", "which trees stand at a bus stop after five years without water", "a list of trees", "WG2", "climate-change", "11"),
)
ANGLES = ("first steps", "a try-out", "what works", "from one site to five", "a year of counting", "rules and reality", "a common method", "lessons for planners")
PRACTICE = (
    "Ask first whether the data exist.",
    "Two people with a week are enough to begin.",
    "What broke is written down as plainly as what worked.",
    "The sheet is free to use.",
    "It does not work where nobody is on site in winter.",
    "A neighbour who has done it answers the telephone.",
    "The costs are those of one season.",
    "Municipal offices were asked before the text was written.",
)
LESSONS = ("Begin with the permit.", "Look at the calendar of elections first.", "Those who do the work have the better idea.", "One season is too short for a law.")
REASONS = ("A good question with a good end.", "Clear, and the right people are in it.", "Go on, and name the second site soon.")
DOUBTS = ("Which office answers? Name it.", "Too close to a cluster that runs already.", "No result is carried into use here.")
STAGES = ("Kick-off", "What is there already", "Try-out on two sites", "Factsheet and report")
STAGE_KINDS = ("meeting", "work", "pilot", "report")
DELIVERABLES = ("Roadmap", "Comparison", "Notes of two sites", "Final factsheet")
FIRST_NAMES = ("Ada", "Bruno", "Carla", "Damir", "Elena", "Filip", "Giulia", "Hana", "Igor", "Joana", "Kostas", "Lucija", "Marc", "Nadia", "Oriol", "Pavlos", "Rita", "Saša", "Tomaž", "Vesna", "Ирина", "Петър", "Αθηνά", "Σπύρος")
_SYLLABLES = ("va", "lo", "mi", "ra", "stel", "no", "ker", "du", "pia", "san", "tor", "be", "lin", "go", "ma", "fer", "ci", "zu", "pa", "dri")
_ENDINGS = ("na", "polje", "vice", "ria", "lunga", "koto", "sella", "vac", "nera", "mare")


def made_up_word(rng: random.Random) -> str:
    """Return a word that is nobody's name: of a place or a family."""
    count = rng.randint(2, 3)
    return ("".join(rng.choice(_SYLLABLES) for _syllable in range(count)) + rng.choice(_ENDINGS)).capitalize()
