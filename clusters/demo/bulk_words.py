"""Words for clusters made in bulk: subjects, places and phrases that fit together in any combination."""

from __future__ import annotations

import random
from dataclasses import dataclass

from clusters.demo.files import rows


@dataclass(frozen=True)
class Subject:
    """What a cluster can be about: title, question and result, with the codes that go with it."""

    title: str
    question: str
    result: str
    group: str
    theme: str
    sdg: str


SUBJECTS = tuple(Subject(**row) for row in rows("bulk_subjects.csv"))
ANGLES = (
    "first steps",
    "a try-out",
    "what works",
    "from one site to five",
    "a year of counting",
    "rules and reality",
    "a common method",
    "lessons for planners",
)
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
LESSONS = (
    "Begin with the permit.",
    "Look at the calendar of elections first.",
    "Those who do the work have the better idea.",
    "One season is too short for a law.",
)
REASONS = (
    "A good question with a good end.",
    "Clear, and the right people are in it.",
    "Go on, and name the second site soon.",
)
DOUBTS = (
    "Which office answers? Name it.",
    "Too close to a cluster that runs already.",
    "No result is carried into use here.",
)
STAGES = ("Kick-off", "What is there already", "Try-out on two sites", "Factsheet and report")
STAGE_KINDS = ("meeting", "work", "pilot", "report")
DELIVERABLES = ("Roadmap", "Comparison", "Notes of two sites", "Final factsheet")
FIRST_NAMES = (
    "Ada",
    "Bruno",
    "Carla",
    "Damir",
    "Elena",
    "Filip",
    "Giulia",
    "Hana",
    "Igor",
    "Joana",
    "Kostas",
    "Lucija",
    "Marc",
    "Nadia",
    "Oriol",
    "Pavlos",
    "Rita",
    "Saša",
    "Tomaž",
    "Vesna",
    "Ирина",
    "Петър",
    "Αθηνά",
    "Σπύρος",
)
_SYLLABLES = (
    "va",
    "lo",
    "mi",
    "ra",
    "stel",
    "no",
    "ker",
    "du",
    "pia",
    "san",
    "tor",
    "be",
    "lin",
    "go",
    "ma",
    "fer",
    "ci",
    "zu",
    "pa",
    "dri",
)
_ENDINGS = ("na", "polje", "vice", "ria", "lunga", "koto", "sella", "vac", "nera", "mare")


def made_up_word(rng: random.Random) -> str:
    """Return a word that is nobody's name: of a place or a family."""
    count = rng.randint(2, 3)
    return ("".join(rng.choice(_SYLLABLES) for _syllable in range(count)) + rng.choice(_ENDINGS)).capitalize()
