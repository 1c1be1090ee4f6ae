"""What changed between two snapshots is told in words, whatever key it stands under."""

from __future__ import annotations

import types
from collections.abc import Iterator
from copy import deepcopy
from itertools import product
from typing import Any, Union, get_args, get_origin, get_type_hints, is_typeddict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusters.snapshot_shape import Snapshot
from factsheets.changes.table import GROUPS, NO_PLACE, UNTOLD, differences
from factsheets.summary import persons_in
from tests.factsheets import sample_lines, samples
from tests.factsheets.ordinary import ordinary_backward, ordinary_forward

#: Also a day, for a snapshot does not tell days from other texts.
TEXT, OTHER_TEXT = "2026-05-12", "2026-06-01"
KEYS = get_type_hints(Snapshot)
COUNTS = ("participants", "organisations", "countries")


def filled(shape: Any) -> Any:
    """Return a value of a type of the snapshot with something in every place."""
    if is_typeddict(shape):
        return {key: filled(one) for key, one in get_type_hints(shape).items()}
    if get_origin(shape) in (Union, types.UnionType):
        return filled(next(one for one in get_args(shape) if one is not types.NoneType))
    if get_origin(shape) is list:
        return [filled(get_args(shape)[0])]
    if get_origin(shape) is dict:
        return {"en": TEXT}
    return {str: TEXT, int: 1, bool: False}[shape]


def others(value: Any) -> Iterator[Any]:
    """Yield values near `value`, each of which differs from it in one place."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield from ({**value, key: other} for other in others(one))
    elif isinstance(value, list):
        yield []
        yield [*value, *deepcopy(value)]
        for at, one in enumerate(value):
            yield from ([*value[:at], other, *value[at + 1 :]] for other in others(one))
    elif isinstance(value, bool):
        yield not value
    else:
        yield OTHER_TEXT if isinstance(value, str) else value + 1


def sentences(before: Any, after: Any) -> list[str]:
    return [change.sentence for group in differences(before, after) for change in group.changes]


FULL: Any = filled(Snapshot)
TOLD = sorted(KEYS.keys() - UNTOLD)


def test_every_key_of_a_snapshot_is_told_in_one_group() -> None:
    told = [key for _heading, tellings in GROUPS for key in tellings]
    assert sorted(told) == TOLD


@pytest.mark.parametrize("key", TOLD)
def test_whatever_changes_is_told_both_ways(key: str) -> None:
    for other in others(FULL[key]):
        changed = {**FULL, key: other}
        for before, after in ((FULL, changed), (changed, FULL)):
            told = sentences(before, after)
            assert told, (key, other)
            assert all(one.strip() and "%(" not in one for one in told), told


@given(st.sets(st.sampled_from(TOLD)))
@settings(max_examples=20, deadline=None)
def test_each_of_several_changes_has_its_sentence_and_what_is_equal_has_none(keys: set[str]) -> None:
    changed = {**FULL, **{key: list(others(FULL[key]))[-1] for key in keys}}
    told = sentences(FULL, changed)
    assert len(told) >= len(keys)
    assert bool(told) == bool(keys)


def test_equal_snapshots_of_other_days_and_older_ones_without_new_keys_differ_in_nothing() -> None:
    for sample in (sample_lines.empty(), samples.hard()):
        later: Any = deepcopy(sample)
        later["as_of"] = "2031-01-01"
        assert differences(sample, later) == []
    older: Any = deepcopy(sample_lines.empty())
    for key in ("advice", "reviews"):
        del older[key]
    assert differences(older, sample_lines.empty()) == differences(sample_lines.empty(), older) == []


def test_older_lines_without_new_keys_stand_in_the_same_order() -> None:
    lines = ({**FULL["outcomes"][0], "text": text, "files": [], **dict.fromkeys(COUNTS)} for text in ("Wells", "Reeds"))
    newer = {**FULL, "outcomes": list(lines)}
    bare = [{key: said for key, said in line.items() if key not in COUNTS} for line in newer["outcomes"]]
    older = {**FULL, "outcomes": bare}
    assert sentences(older, newer) == sentences(newer, older) == []
    assert sentences({**older, "outcomes": bare[::-1]}, newer) == ["Outcomes stand in another order."]
    newer["outcomes"][1]["countries"] = 2
    assert [group.heading for group in differences(older, newer)] == [str(NO_PLACE)]
    assert sentences(older, newer) == [f"{TEXT} “Reeds”: countries 2."]
    assert sentences(newer, older) == []


def test_what_the_version_before_had_no_place_for_is_told_apart_and_never_as_a_change() -> None:
    later: Any = deepcopy(FULL)
    stage, advice = later["stages"][0], later["advice"][0]
    stage["waits_why"] = "The pump comes late. " * 20
    before: Any = {key: said for key, said in later.items() if key not in ("advice", "lessons")}
    before["stages"] = [{key: said for key, said in stage.items() if key not in ("waits_for", "waits_why")}]
    [group] = differences(before, later)
    assert group.heading == str(NO_PLACE)
    advised = f"Advice on “{advice['question']}”."
    told = [(one.sentence, one.was, one.now) for one in group.changes]
    long = f"Stage 1 “{TEXT}”, why it waits."
    assert told == [
        (f"Stage 1 “{TEXT}”: waits for stage 1.", "", ""),
        (long, "", stage["waits_why"]),
        (advised, "", ""),
        (f"Lessons: “{TEXT}”.", "", ""),
    ]
    later["stages"][0]["status"] = "dropped"
    assert [one.heading for one in differences(before, later)] == ["Roadmap", str(NO_PLACE)]
    assert [one.heading for one in differences(later, before)] == ["Roadmap"]


def test_a_renamed_and_a_moved_stage_are_the_same_stages_and_not_new_ones() -> None:
    before: Any = ordinary_backward()
    after: Any = deepcopy(before)
    first, second = after["stages"][:2]
    first["number"], second["number"] = 2, 1
    after["stages"][:2] = [second, first]
    after["stages"][-1]["title"] = "Hand over"
    told = sentences(before, after)
    assert len(told) == 3
    assert f"Stage 1 “{second['title']}”: place from 2 to 1." in told
    last = before["stages"][-1]["title"]
    assert f"Stage {len(after['stages'])} “Hand over”: title from “{last}” to “Hand over”." in told


def test_sentences_say_what_was_and_what_is_and_long_texts_stand_below() -> None:
    before: Any = ordinary_forward()
    after: Any = {**deepcopy(before), "state": "paused", "planned_end": "2027-01-31", "lessons": "Wet feet. " * 40}
    told = [change for group in differences(before, after) for change in group.changes]
    by = {change.sentence: change for change in told}
    assert "State: from Approved to Paused." in by or "State: from Running to Paused." in by
    assert any(one.startswith("Planned end: from ") and one.endswith(" to 31 January 2027.") for one in by)
    assert by["Lessons: written."].now == after["lessons"]


def test_a_list_is_read_below_its_sentence_and_a_list_of_one_is_a_sentence() -> None:
    before: Any = ordinary_forward()
    one: Any = {**deepcopy(before), "lessons": "- Wet feet.", "next_steps": "- Dry them\n- Buy boots"}
    [group] = differences(before, one)
    assert [(told.sentence, told.was, told.now) for told in group.changes] == [
        ("Lessons: “Wet feet” (new).", "", ""),
        ("Next steps: written.", "", one["next_steps"]),
    ]


def test_a_new_baseline_is_told_once_and_not_at_each_stage() -> None:
    before: Any = ordinary_backward()
    after: Any = {**deepcopy(before), "baseline": {"number": 2, "frozen_on": "2026-08-26"}}
    for stage in after["stages"]:
        stage.update(baseline_start="2026-01-01", baseline_end="2026-02-01", slip=0, first_slip=0)
    number = before["baseline"]["number"]
    assert [one for one in sentences(before, after) if not one.startswith("Baseline: ")] == []
    assert f"number from {number} to 2" in sentences(before, after)[0]
    after["stages"][0].update(status="dropped", actual_end=None)
    first = after["stages"][0]["title"]
    assert len(sentences(before, after)) == 2
    assert sentences(before, after)[1].startswith(f"Stage 1 “{first}”: status from Done to Dropped; ended no longer ")


def test_nobody_is_told_by_a_key() -> None:
    pool: list[Any] = [sample_lines.empty(), ordinary_forward(), ordinary_backward(), samples.hard()]
    for before, after in product(pool, pool):
        keys = persons_in(before) | persons_in(after)
        told = [f"{one.sentence} {one.was} {one.now}" for group in differences(before, after) for one in group.changes]
        assert not [line for line in told for key in keys if key in line]
