"""What clusters write is what documents read: a snapshot of a real cluster has the shape, no more and no less."""

from __future__ import annotations

import json
import types
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints, is_typeddict

import pytest

from clusters.choices import State
from clusters.snapshot_shape import Snapshot
from clusters.summary import snapshot
from tests.cast import make_cast, make_cluster
from tests.factories import NOW
from tests.factsheets import sample_lines, samples
from tests.factsheets.ordinary import ordinary_backward, ordinary_forward


def violations(value: Any, shape: Any, path: str = "snapshot") -> list[str]:
    """Return where a JSON value departs from a type of `clusters.snapshot_shape`."""
    if is_typeddict(shape):
        if not isinstance(value, dict):
            return [f"{path} is no object"]
        hints = get_type_hints(shape)
        wrong = [
            f"{path}.{key} is {how}"
            for keys, how in ((hints.keys() - value.keys(), "missing"), (value.keys() - hints.keys(), "unknown"))
            for key in sorted(keys)
        ]
        return wrong + [
            line for key in hints.keys() & value.keys() for line in violations(value[key], hints[key], f"{path}.{key}")
        ]
    if get_origin(shape) in (Union, types.UnionType):
        tries = [violations(value, one, path) for one in get_args(shape)]
        return min(tries, key=len)
    if get_origin(shape) is list:
        if not isinstance(value, list):
            return [f"{path} is no list"]
        return [line for at, item in enumerate(value) for line in violations(item, get_args(shape)[0], f"{path}[{at}]")]
    if get_origin(shape) is dict:
        return [] if isinstance(value, dict) else [f"{path} is no object"]
    if get_origin(shape) is Literal:
        return [] if value in get_args(shape) else [f"{path} is {value!r}"]
    if shape is types.NoneType:
        return [] if value is None else [f"{path} is not empty"]
    return [] if type(value) is shape else [f"{path} is {type(value).__name__}, not {shape.__name__}"]


@pytest.mark.django_db
@pytest.mark.parametrize("state", [state for state in State if state != State.MERGED])
def test_a_snapshot_of_a_real_cluster_has_the_shape(state: str) -> None:
    taken = snapshot(make_cluster(make_cast(), state), at=NOW)
    assert violations(taken, Snapshot) == []
    assert json.loads(json.dumps(taken)) == taken


@pytest.mark.parametrize(
    "sample", [sample_lines.empty, ordinary_forward, ordinary_backward, samples.hard, samples.every_script]
)
def test_so_have_the_samples(sample: Any) -> None:
    assert violations(sample(), Snapshot) == []


def test_a_departure_is_found() -> None:
    """The control of this file."""
    wrong: dict[str, Any] = {**ordinary_forward(), "title": 7, "extra": 1}
    del wrong["question"]
    wrong["stages"][0]["slip"] = "late"
    found = violations(wrong, Snapshot)
    assert "snapshot.question is missing" in found
    assert "snapshot.extra is unknown" in found
    assert "snapshot.title is int, not str" in found
    assert any(line.startswith("snapshot.stages[0].slip") for line in found)
