# ruff: noqa: E501  texts and rows of tables
"""Snapshots of two ordinary clusters, and one of them in Greek.

Organisations that are named with an uptake, a decision or a figure are made up.
"""

from __future__ import annotations

from clusters.snapshot_shape import Snapshot
from tests.factsheets.sample_lines import (
    coded,
    empty,
    objective,
    organisation,
    outcome,
    participant,
    region,
    solution,
    stage,
    uptake,
)


def ordinary_forward() -> Snapshot:
    """Return a running cluster as it set out, filled as usual."""
    return {
        **empty(),
        "as_of": "2026-01-15",
        "reference": "M4N-CL-2025-02",
        "title": "Adaptation to climate change in coastal areas",
        "question": "Which adaptation measures can a small coastal municipality put into its plan now, with the data and the "
        "staff that it has?",
        "state": "running",
        "state_since": "2025-07-02",
        "working_group": {"code": "WG2", "title": "Climate change mitigation and adaptation"},
        "focus": "both",
        "levels": ["local", "regional"],
        "planned_start": "2025-07-02",
        "planned_end": "2026-07-17",
        "started_on": "2025-07-02",
        "deadline": {"on": "2026-09-30", "reason": "the regions close the revision of their plans"},
        "join_policy": "open",
        "need": {
            "text": "Small coastal municipalities must write adaptation plans with two people and no model of their own. The projects "
            "have measures to offer, but each in its own form, at its own scale, and with data that a harbour office does not have. "
            "Seven municipalities told us that they would rather have ten measures that they can cost than a hundred that they can "
            "admire.",
            "raised_by": organisation("Coastal Municipalities of Elafia", "EL"),
            "raised_by_person": "member000012",
            "me_too": 5,
        },
        "practitioners_summary": "We take the measures that MedSeaRise, COASTRUST and MPA4Change have tested, and ask of each: what "
        "does it cost, what must be known before, who has to agree, and what did it do where it was tried? Measures that pass go "
        "into a table that a municipality can read in an hour. Three of them are then tried with harbour offices in Greece, "
        "Montenegro and Italy, and what breaks is written down as plainly as what works.\n\nAt the end two regions get a text that "
        "they can put into their adaptation plans without rewriting it. If you plan for a harbour town of under 10 000 people, you "
        "can join until May: bring one question and one person who knows the quay.",
        "objectives": [
            objective(
                1,
                "Find the measures that fit a municipality of under 10 000 inhabitants",
                "10 measures, each with cost and data needed",
                "9 measures",
            ),
            objective(
                2, "Try three of them with harbour offices and write down what broke", "3 try-outs with a signed note"
            ),
            objective(3, "Hand a ready text to the regions", "2 regions commit to use it", "1 region asked"),
        ],
        "out_of_scope": "Storm-surge barriers, beach nourishment and anything that needs a model run of more than a day. Legal "
        "questions of the coastal public domain are passed on to the cluster “Tools for environmental governance”.",
        "themes": [
            coded("climate", "climate change and extreme weather"),
            coded("coast", "marine and coastal ecosystems"),
        ],
        "specific_objectives": [coded("RSO2.4", "RSO2.4 Climate change adaptation")],
        "sdgs": [coded("11", "Sustainable cities"), coded("13", "Climate action"), coded("14", "Life below water")],
        "territories": [
            region(c) for c in ("CY00", "EL43", "EL52", "EL63", "ES51", "FRL0", "HR03", "ITF4", "ITG2", "MT00")
        ]
        + [{"code": "", "name": "Montenegro", "country": "ME", "nuts_version": ""}],
        "lead": {"organisation": organisation("Demo Coast Institute", "EL"), "person": "member000003"},
        "participants": [
            participant("Demo Coast Institute", "EL", "lead", persons=("member000003",)),
            participant("Coastal Municipalities of Elafia", "EL", persons=("member000012",)),
            participant(
                "Institute of Shallow Seas",
                "ES",
                persons=(
                    "member000013",
                    "member000014",
                ),
            ),
            participant("Littoral Observatory", "FR", "peer_reviewer", persons=("member000015",)),
            participant("Ministry of Bays", "ME", "observer", persons=("member000016",)),
            participant("Region of Three Gulfs", "IT", persons=("member000017",)),
            participant("Port community of Limni", "EL", external=True, persons=("member000018",)),
        ],
        "solutions": [
            solution("Sea-level screening for small harbours", "MedSeaRise"),
            solution("Coastal stewardship agreement", "COASTRUST", "tested"),
            solution("Protected areas as natural breakwaters", "MPA4Change", "tested"),
        ],
        "baseline": {"number": 1, "frozen_on": "2025-07-02"},
        "stages": [
            stage(
                1,
                "Kick-off in Athens",
                "done",
                ("2025-07-02", "2025-07-03"),
                actual=("2025-07-02", "2025-07-03"),
                baseline=("2025-07-02", "2025-07-03"),
                slip=0,
                deliverable="Roadmap, version 1",
            ),
            stage(
                2,
                "What seven municipalities ask",
                "done",
                ("2025-08-18", "2025-11-14"),
                actual=("2025-08-25", "2025-11-14"),
                baseline=("2025-08-18", "2025-10-31"),
                slip=14,
                deliverable="Survey of 7 municipalities",
            ),
            stage(
                3,
                "Match measures to questions",
                "running",
                ("2025-11-17", "2026-01-30"),
                actual=("2025-11-17", None),
                baseline=("2025-11-03", "2026-01-30"),
                slip=0,
                deliverable="Table of measures",
            ),
            stage(
                4,
                "Try-outs in three harbours",
                "planned",
                ("2026-02-02", "2026-04-24"),
                baseline=("2026-02-02", "2026-04-24"),
                slip=0,
                deliverable="Three try-out notes",
            ),
            stage(
                5,
                "Transfer workshop in Chania",
                "planned",
                ("2026-05-27", "2026-05-27"),
                baseline=("2026-05-27", "2026-05-27"),
                slip=0,
                deliverable="Workshop report",
            ),
            stage(
                6,
                "Factsheet and report to the CoP",
                "planned",
                ("2026-06-15", "2026-07-17"),
                baseline=("2026-06-15", "2026-07-17"),
                slip=0,
                deliverable="Final factsheet",
            ),
        ],
        "expected_outcomes": [
            {"kind": "transference", "how": "Workshop in Chania with planners of five regions", "on": "2026-05-27"},
            {"kind": "answer", "how": "Three try-out notes signed by harbour offices", "on": "2026-04-24"},
            {"kind": "adoption", "how": "Two regions put the text into a draft plan", "on": "2026-07-17"},
            {"kind": "policy_evidence", "how": "One line for the WG2 statement on coasts", "on": "2026-07-17"},
        ],
        "adoption_plan": "Two regions revise their adaptation plans in autumn 2026. Each has named the office that receives the text "
        "and the meeting at which it is decided. What is taken up is confirmed by the region itself, with the page of its plan.",
        "conditions": [
            {"text": "Name the harbour office in Montenegro before the try-outs", "due": "2026-01-31", "state": "open"}
        ],
    }


def ordinary_backward() -> Snapshot:
    """Return a concluded cluster with all that came of it, filled as usual."""
    return {
        **empty(),
        "as_of": "2026-05-06",
        "reference": "M4N-CL-2025-05",
        "title": "Nature-based solutions for flood regulation",
        "question": "How does a flood plan count a coastal wetland as flood storage, so that restoring it is paid for?",
        "state": "concluded",
        "state_since": "2026-04-24",
        "working_group": {"code": "WG4", "title": "Ecosystem restoration and nature-based solutions"},
        "focus": "both",
        "levels": ["regional", "national"],
        "planned_start": "2025-07-03",
        "planned_end": "2026-04-24",
        "started_on": "2025-07-03",
        "ended_on": "2026-04-24",
        "need": {
            "text": "Flood plans have no line for a marsh.",
            "raised_by": organisation("Region of Three Gulfs", "IT"),
            "raised_by_person": "member000017",
            "me_too": 4,
        },
        "practitioners_summary": "Flood plans count dams and basins, because engineers can say how many cubic metres they hold. A marsh "
        "holds water too, but no plan that we looked at had a line for it, so nobody paid for restoring one. This cluster took the "
        "method of Wetland4Change, which reads the storage of a coastal wetland from a terrain model and two water-level loggers, "
        "and fitted it to the annexes that planners fill in anyway.\n\nWhat you need: a terrain model of 2 m or better, one wet "
        "season of water levels, a planner with four days of time. What you get: storage in cubic metres for three flood sizes, with "
        "its uncertainty, in the form of your own plan. It does not work behind pumped polders, and it says little about flash "
        "floods. The Region of Three Gulfs has used it for one lagoon and put the result in its draft plan. If you have a wetland "
        "and a plan due in 2027, start with the loggers this autumn: the wet season cannot be repeated, everything else can.",
        "objectives": [
            objective(
                1, "Compare how plans count natural storage", "5 plans of 4 countries", "5 plans, 4 countries", True
            ),
            objective(
                2,
                "Fit the method to the form of two plans",
                "2 annexes read by the planning office",
                "2 annexes, both read",
                True,
            ),
            objective(
                3, "Feed one line of the WG4 policy statement", "Line adopted by WG4", "Adopted on 6 May 2026", True
            ),
        ],
        "out_of_scope": "Flash floods in built-up areas; dams",
        "themes": [
            coded("floods", "climate change and extreme weather"),
            coded("wetlands", "marine and coastal ecosystems"),
        ],
        "specific_objectives": [coded("RSO2.4", "RSO2.4 Climate change adaptation")],
        "sdgs": [coded("13", "Climate action"), coded("15", "Life on land")],
        "territories": [region(c) for c in ("BG33", "BG34", "EL52", "ES51", "ES52", "FRJ1", "ITG2")],
        "lead": {"organisation": organisation("Demo University of the Rhodope", "BG"), "person": "member000021"},
        "participants": [
            participant("Demo University of the Rhodope", "BG", "lead", persons=("member000021",)),
            participant("Association of Black Sea Wetlands", "BG", persons=("member000022",)),
            participant("Centre for Rural Technology", "ES", persons=("member000023",)),
            participant("Littoral Observatory", "FR", "peer_reviewer", persons=("member000015",)),
            participant("Network of Harbour Cities", "ES", persons=("member000024",)),
            participant("Polytechnic of Elafia", "EL", persons=("member000025",)),
            participant(
                "Region of Three Gulfs",
                "IT",
                persons=(
                    "member000017",
                    "member000026",
                ),
            ),
        ],
        "solutions": [
            solution("Flood-storage method for coastal wetlands", "Wetland4Change"),
            solution("Guide to local flood assemblies", "LocAll4Flood", "tested"),
        ],
        "baseline": {"number": 1, "frozen_on": "2025-07-03"},
        "stages": [
            stage(
                1,
                "Kick-off in Athens",
                "done",
                ("2025-07-03", "2025-07-03"),
                actual=("2025-07-03", "2025-07-03"),
                baseline=("2025-07-03", "2025-07-03"),
                slip=0,
                deliverable="Roadmap",
            ),
            stage(
                2,
                "How five plans count water",
                "done",
                ("2025-07-21", "2025-10-10"),
                actual=("2025-07-21", "2025-10-08"),
                baseline=("2025-07-21", "2025-10-10"),
                slip=-2,
                deliverable="Comparison of 5 plans",
            ),
            stage(
                3,
                "Hands-on day in Cagliari",
                "done",
                ("2025-12-04", "2025-12-04"),
                actual=("2025-12-04", "2025-12-04"),
                baseline=("2025-11-20", "2025-11-20"),
                slip=14,
                deliverable="Minutes, 23 people",
            ),
            stage(
                4,
                "Method fitted to two plans",
                "done",
                ("2025-12-08", "2026-03-06"),
                actual=("2025-12-10", "2026-03-20"),
                baseline=("2025-12-08", "2026-03-06"),
                slip=14,
                deliverable="2 draft annexes",
            ),
            stage(
                5,
                "Factsheet and report",
                "done",
                ("2026-03-23", "2026-04-24"),
                actual=("2026-03-23", "2026-04-24"),
                baseline=("2026-03-23", "2026-04-24"),
                slip=0,
                deliverable="Factsheet, version 3",
            ),
        ],
        "outcomes": [
            outcome(
                "transference",
                "Method handed to two regions and a park network, hands-on",
                "2025-12-04",
                "minutes, attendance",
            ),
            outcome(
                "peer_revision",
                "The Littoral Observatory reviewed the method: fit for use",
                "2026-02-16",
                "review note",
            ),
            outcome(
                "answer", "A flood plan counts a wetland through annex C", "2026-03-20", "https://gulfs.example/c.pdf"
            ),
            outcome(
                "policy_evidence",
                "Line 4 of the WG4 statement rests on the case of the lagoon",
                "2026-05-06",
                "statement",
            ),
        ],
        "uptakes": [
            uptake(
                "Flood-storage method", "Region of Three Gulfs", "IT", "ITG2", "adapted", "2026-03-20", documented=True
            ),
            uptake(
                "Flood-storage method",
                "Association of Black Sea Wetlands",
                "BG",
                "BG33",
                "as_is",
                "2025-10-20",
                documented=False,
            ),
        ],
        "meetings": [
            {"kind": "training", "title": "Hands-on day", "on": "2025-12-04", "people": 23, "organisations": 5},
        ],
        "lessons": "- Planners trust a number in their own table, not ours.\n- We lost a month because one region had no terrain model; "
        "ask first.\n- A second try-out, on the plain of Vardia, failed: pumped polder.",
        "next_steps": "- The Association of Black Sea Wetlands confirms its uptake.\n- Flash floods: a new proposal is being written.",
        "amendments": [
            {
                "number": 1,
                "accepted_on": "2025-11-14",
                "fields": ["ends_on"],
                "reason": "The hall in Cagliari was flooded.",
            },
        ],
        "conditions": [],
        "follow_ups": ["2026-10-24", "2027-04-24"],
    }


def ordinary_in_greek() -> Snapshot:
    """Return the concluded cluster with its texts in Greek, as its lead would have written them."""
    found = ordinary_backward()
    stages = ("Έναρξη στην Αθήνα", "Πώς πέντε σχέδια μετρούν το νερό", "Ημέρα πράξης στο Κάλιαρι")
    stages += ("Η μέθοδος σε δύο σχέδια", "Ενημερωτικό δελτίο και έκθεση")
    results = ("Οδικός χάρτης", "Σύγκριση 5 σχεδίων", "Πρακτικά, 23 άτομα", "2 σχέδια παραρτημάτων", "Δελτίο, έκδοση 3")
    for line, title, result in zip(found["stages"], stages, results, strict=True):
        line["title"], line["deliverable"] = title, result
    outcomes = (
        ("Η μέθοδος παραδόθηκε σε δύο περιφέρειες και σε ένα δίκτυο πάρκων", "πρακτικά, παρουσίες"),
        ("Το Παράκτιο Παρατηρητήριο εξέτασε τη μέθοδο: κατάλληλη", "σημείωμα αξιολόγησης"),
        ("Ένα σχέδιο πλημμύρας μετρά έναν υγρότοπο στο παράρτημα Γ", "σχέδιο παραρτήματος"),
        ("Η γραμμή 4 της δήλωσης στηρίζεται στην περίπτωση της λιμνοθάλασσας", "δήλωση"),
    )
    for taken, (text, evidence) in zip(found["outcomes"], outcomes, strict=True):
        taken["text"], taken["evidence"] = text, evidence
    found["need"] = {**(found["need"] or {}), "text": "Τα σχέδια πλημμύρας δεν έχουν γραμμή για ένα έλος."}  # type: ignore[typeddict-item]
    found["objectives"] = [
        objective(1, "Σύγκριση της φυσικής αποθήκευσης στα σχέδια", "5 σχέδια 4 χωρών", "5 σχέδια, 4 χώρες", True),
        objective(2, "Προσαρμογή της μεθόδου σε δύο σχέδια", "2 παραρτήματα διαβάστηκαν", "2 παραρτήματα", True),
        objective(3, "Μία γραμμή της δήλωσης της WG4", "Εγκρίθηκε από τη WG4", "Εγκρίθηκε στις 6 Μαΐου 2026", True),
    ]
    return {
        **found,
        "language": "el",
        "title": "Λύσεις βασισμένες στη φύση για τη ρύθμιση των πλημμυρών",
        "question": "Πώς μετρά ένα σχέδιο πλημμύρας έναν παράκτιο υγρότοπο, ώστε να πληρώνεται η αποκατάστασή του;",
        "out_of_scope": "Αιφνίδιες πλημμύρες σε δομημένες περιοχές· φράγματα",
        "practitioners_summary": "Τα σχέδια πλημμύρας μετρούν φράγματα και λεκάνες, γιατί οι μηχανικοί ξέρουν πόσα κυβικά "
        "μέτρα χωρούν. Και ένα έλος κρατά νερό, αλλά κανένα σχέδιο που είδαμε δεν είχε γραμμή γι’ αυτό, άρα κανείς δεν "
        "πλήρωνε για την αποκατάστασή του. Η συστάδα πήρε τη μέθοδο του Wetland4Change και την προσάρμοσε στα παραρτήματα "
        "που συμπληρώνουν ούτως ή άλλως οι μελετητές.\n\nΧρειάζεστε: ένα μοντέλο εδάφους 2 m ή καλύτερο, μία υγρή περίοδο "
        "μετρήσεων στάθμης, έναν μελετητή με τέσσερις ημέρες. Παίρνετε: την αποθήκευση σε κυβικά μέτρα για τρία μεγέθη "
        "πλημμύρας, με την αβεβαιότητά της. Δεν λειτουργεί πίσω από αντλούμενα πόλντερ.",
        "lessons": "- Οι μελετητές εμπιστεύονται έναν αριθμό στον δικό τους πίνακα.\n- Χάσαμε έναν μήνα γιατί έλειπε ένα μοντέλο "
        "εδάφους· ρωτήστε πρώτα.\n- Μια δεύτερη δοκιμή απέτυχε: αντλούμενο πόλντερ.",
        "next_steps": "- Η Ένωση Υγροτόπων επιβεβαιώνει την υιοθέτηση.\n- Γράφεται νέα πρόταση για αιφνίδιες πλημμύρες.",
    }
