"""What the small buttons of a step do to what is typed: rows come, go and move, somebody is named. Nothing is stored.

A button is `<button name="do" value="…">` of the step's own form, so it works without a script; with htmx only the
form is drawn anew. The value says what to do: `row:<list>:add`, `row:<list>:remove|up|down:<number>`,
`find:<what>`, `lead:<key>`, `need:<key>`, `no-need:<key>`, `person:<key>`, `organisation:<key>`, `new-organisation`.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.http import QueryDict

from clusters.forms.proposal_choices import MOST_NEEDS
from clusters.forms.rows import added, moved, removed
from community.validators import KEY_LENGTH, is_key

#: What a new row of a list begins with, and the field that gets the focus.
LISTS: dict[str, tuple[dict[str, str], str]] = {
    "objectives": ({"text": "", "criterion": ""}, "text"),
    "stages": (
        {"title": "", "kind": "work", "planned_start_on": "", "planned_end_on": "", "deliverable": ""},
        "title",
    ),
    "people": ({}, ""),
}
FINDS = ("need", "lead", "people", "territories", "solutions")
_VERBS = ("row", "find", "lead", "need", "no-need", "person", "organisation", "new-organisation", "check")


@dataclass(frozen=True)
class Pressed:
    """What is typed after a press, and the id of what gets the focus."""

    typed: QueryDict
    focus: str = ""


def is_press(do: str) -> bool:
    """Tell whether a button only changes the form; everything else saves."""
    return do.partition(":")[0] in _VERBS


def looked_for(typed: QueryDict) -> str:
    """Return `find:<what>` for the first search box with something in it: what Enter means there without a script."""
    return next((f"find:{what}" for what in FINDS if typed.get(f"find_{what}", "").strip()), "")


def press(typed: QueryDict, do: str) -> Pressed:
    """Return what is typed after the button `do`; a button that does not exist changes nothing."""
    verb, _colon, rest = do.partition(":")
    if verb == "row":
        return _row(typed, rest.split(":"))
    if verb == "find":
        return Pressed(typed, f"id_find_{rest}" if rest in FINDS else "")
    if verb == "lead":
        return _lead(typed, rest)
    if verb in ("need", "no-need"):
        return _needs(typed, rest, is_off=verb == "no-need")
    if verb in ("person", "organisation", "new-organisation"):
        return _person(typed, verb, rest)
    return Pressed(typed)


def _row(typed: QueryDict, words: list[str]) -> Pressed:
    name, action, number = [*words, "", "", ""][:3]
    if name not in LISTS:
        return Pressed(typed)
    blank, first = LISTS[name]
    if action == "add" and blank:
        changed, place = added(typed, name, blank)
        return Pressed(changed, f"id_{name}-{place}-{first}")
    if not is_key(number):
        return Pressed(typed)
    if action == "remove":
        return Pressed(removed(typed, name, int(number)), f"{name}-add")
    if action in ("up", "down"):
        changed, place = moved(typed, name, int(number), -1 if action == "up" else 1)
        return Pressed(changed, f"{name}-{place}-{action}")
    return Pressed(typed)


def _lead(typed: QueryDict, key: str) -> Pressed:
    """Name a lead, or take the name off again (no key)."""
    changed = typed.copy()
    changed["lead"] = key[:20]
    changed["find_lead"] = ""
    changed["lead_organisation"] = ""
    return Pressed(changed, "lead-chosen" if key else "id_find_lead")


def _needs(typed: QueryDict, key: str, *, is_off: bool) -> Pressed:
    """Take a need beside those that are taken, or take one off; the first one is the main need."""
    changed = typed.copy()
    keys = [typed.get("need", ""), *typed.get("further_needs", "").split(",")]
    keys = [other for other in dict.fromkeys(keys) if other and other != key]
    if key and not is_off:
        keys.append(key[:KEY_LENGTH])
    changed["need"] = keys[0] if keys else ""
    changed["further_needs"] = ",".join(keys[1:MOST_NEEDS])
    changed["find_need"] = ""
    return Pressed(changed, "id_find_need" if is_off else "needs-chosen")


def _person(typed: QueryDict, verb: str, key: str) -> Pressed:
    """Add a member, an organisation without a person, or a new one under the name that was looked for."""
    row = {
        "person": {"member": key[:12], "organisation": ""},
        "organisation": {"organisation": key[:20]},
        "new-organisation": {
            "new_name": typed.get("find_people", "").strip(),
            "new_country": typed.get("new_country", ""),
        },
    }[verb]
    changed, _place = added(typed, "people", row)
    changed["find_people"] = ""
    return Pressed(changed, "id_find_people")
