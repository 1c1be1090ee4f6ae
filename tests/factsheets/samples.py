# ruff: noqa: E501  texts and rows of tables
"""Snapshots to draw: a hard cluster, and one with every script.

The ordinary ones stand in `ordinary`, an empty one in `sample_lines`. Organisations that are named with
an uptake, a decision or a figure are made up.
"""

from __future__ import annotations

from datetime import date, timedelta

from clusters.snapshot_shape import Snapshot
from tests.factsheets.ordinary import ordinary_backward, ordinary_forward
from tests.factsheets.sample_lines import objective, organisation, outcome, participant, stage, uptake

PANGRAMS = {
    "en": "The quick brown fox jumps over the lazy dog",
    "fr": "Dès Noël, où un zéphyr haï me vêt de glaçons würmiens, je dîne d’exquis rôtis de bœuf à l’aÿ d’âge mûr",
    "it": "Ma la volpe, col suo balzo, ha raggiunto il quieto Fido; perché può, così è già là più giù",
    "es": "El pingüino Wenceslao hizo kilómetros bajo exhaustiva lluvia y frío, añoraba a su querido cachorro",
    "el": "Ξεσκεπάζω την ψυχοφθόρα βδελυγμία. Ο καλύμνιος σφουγγαράς ψιθύρισε πως θα βουτήξει χωρίς να διστάζει, ΐ ΰ",
    "hr": "Gojazni đačić s biciklom drži hmelj i finu vatu u džepu nošnje",
    "sl": "Hišničin bratec vzgaja polže pod fikusom; žejen čebelar, šaljiv",
    "pt": "Luís argüia à Júlia que brações, fé, chá, óxido, pôr, zângão eram palavras do português",
    "bg": "Ах, чудна българска земьо, полюшвай цъфтящи жита; щъркел ѝ юначе",
}


def hard() -> Snapshot:
    """Return a cluster that breaks layouts: long words, many of everything, Greek and Bulgarian, 5000 signs."""
    first = date(2025, 1, 7)
    days = [(first + timedelta(days=40 * n), first + timedelta(days=40 * n + 55)) for n in range(12)]
    greek = "Ξεσκεπάζω την ψυχοφθόρα βδελυγμία των παράκτιων υγροτόπων της Μεσογείου και της Αδριατικής θάλασσας"[:100]
    bulgarian = "Възстановяване на крайречните гори и естествените наводнителни равнини край Дунав и Марица в България"[
        :100
    ]
    paragraph = "Οι δήμοι χρειάζονται λύσεις. Общините имат нужда от решения. " * 10
    return {
        **ordinary_backward(),
        "reference": "M4N-CL-2026-108",
        "title": greek,
        "question": (bulgarian + " " + "W" * 97)[:200],
        "practitioners_summary": "\n\n".join([paragraph] * 8)[:5000],
        "need": {"text": "x" * 600, "raised_by": organisation("Ω" * 200, "EL"), "raised_by_person": None, "me_too": 0},
        "out_of_scope": "Donaudampfschifffahrtsgesellschaft" * 8,
        "objectives": [objective(n, ("Στόχος " * 43)[:300], "y" * 200, "z" * 200, n % 2 == 0) for n in range(1, 6)],
        "participants": [
            participant(
                f"Οργανισμός Προστασίας Βιοποικιλότητας και Τοπίου {n:02}",
                "EL" if n % 2 else "BG",
                external=n > 30,
                persons=(f"member{n:06}",),
                people=n % 4,
            )
            for n in range(1, 41)
        ],
        "stages": [
            stage(
                n + 1,
                bulgarian if n % 3 else "S" * 200,
                ("done", "running", "planned", "dropped")[n % 4],
                (days[n][0].isoformat(), days[n][1].isoformat()),
                actual=(days[n][0].isoformat() if n % 4 < 2 else None, days[n][1].isoformat() if n % 4 == 0 else None),
                baseline=(days[n][0].isoformat(), days[n][1].isoformat()),
                slip=0,
                deliverable="D" * 120,
            )
            for n in range(12)
        ],
        "outcomes": [outcome("networking", ("Резултат " * 60)[:500], "2026-02-16", "e" * 200) for _ in range(9)],
        "lessons": "\n".join(f"- {paragraph[:300]}" for _ in range(10)),
        "next_steps": "N" * 200,
        "uptakes": [
            uptake(
                "Solution " + "u" * 100,
                "Organisation " + "v" * 190,
                "BG",
                "BG33",
                "adapted",
                "2026-03-20",
                documented=n % 2 == 0,
            )
            for n in range(30)
        ],
        "meetings": [],
        "no_outcome": False,
    }


def hard_and_bulgarian() -> Snapshot:
    """Return the hard cluster under a Bulgarian title, with texts of 5000 signs and sections in which nothing stands."""
    paragraph = "Общините имат нужда от решения, които могат да платят и да поддържат сами. "
    return {
        **hard(),
        "language": "bg",
        "title": "Възстановяване на крайречните гори и естествените наводнителни равнини край Дунав и Марица в България"[
            :100
        ],
        "practitioners_summary": (paragraph * 80)[:5000],
        "lessons": (paragraph * 80)[:5000],
        "next_steps": ("Щ" * 200 + " ") * 3,
        "participants": [],
        "solutions": [],
        "outcomes": [],
        "uptakes": [],
        "need": None,
        "no_outcome": True,
    }


def every_script() -> Snapshot:
    """Return a cluster whose texts are the pangrams of the nine languages."""
    return {**ordinary_forward(), "practitioners_summary": "\n\n".join(PANGRAMS.values())}
