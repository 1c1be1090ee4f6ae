"""What stands at the addresses of policy statements, written by the coordinator of WG1."""

from __future__ import annotations

from typing import Any

from clusters.choices import State
from factsheets.actions.missing import draw_missing
from results.actions import policy as actions
from results.actions.policy_comment import comment_on_statement
from results.models import PolicyStatement
from tests.cast import Cast, make_cluster
from tests.matrix.places import Place
from tests.results.making import make_uptake


def _written(cast: Cast) -> dict[str, Any]:
    """Return a draft with one line that rests on an uptake, as the keys of its address."""
    by = cast.user("coordinator")
    statement = actions.begin_statement(working_group=cast.group, by=by, title="Let wetlands count")
    line = actions.add_line(statement=statement, by=by, text="Count restored wetlands as flood storage.")
    uptake = make_uptake(cast, make_cluster(cast, State.RUNNING))
    piece = actions.put_under(line=line, by=by, kind="uptake", subject_id=uptake.pk)
    return {"pk": statement.pk, "line": line.pk, "piece": piece.pk}


def draft(*names: str, **more: Any) -> Place:
    """Return a draft; `names` are the further keys that the address holds."""

    def made(cast: Cast) -> dict[str, Any]:
        keys = _written(cast)
        return {name: keys[name] for name in ("pk", *names)} | more

    return made


def unused(cast: Cast) -> dict[str, Any]:
    """Return an uptake that stands under no line, beside a draft."""
    _written(cast)
    uptake = make_uptake(cast, make_cluster(cast, State.RUNNING), name="Board of the Bay")
    return {"kind": "uptake", "pk": uptake.pk}


def discussed(*names: str, **more: Any) -> Place:
    """Return a statement under discussion, with a comment of the member."""

    def made(cast: Cast) -> dict[str, Any]:
        keys = _written(cast)
        statement = PolicyStatement.objects.get(pk=keys["pk"])
        actions.act(statement=statement, verb="statement.opened", by=cast.user("coordinator"))
        if "comment" in names:
            keys["comment"] = comment_on_statement(statement=statement, by=cast.user("member"), text="Which ones?").pk
        return {name: keys[name] for name in ("pk", *names)} | more

    return made


def adopted(cast: Cast) -> dict[str, Any]:
    """Return a statement that was adopted by the mission."""
    keys = discussed()(cast)
    statement = PolicyStatement.objects.get(pk=keys["pk"])
    actions.act(statement=statement, verb="statement.adopted", by=cast.user("mission_coordinator"))
    return keys


def revised(**more: Any) -> Place:
    """Return a statement of which the next version is written."""

    def made(cast: Cast) -> dict[str, Any]:
        keys = adopted(cast)
        statement, by = PolicyStatement.objects.get(pk=keys["pk"]), cast.user("coordinator")
        actions.act(statement=statement, verb="statement.revised", by=by)
        actions.add_line(statement=statement, by=by, text="Pay those who keep them.")
        return keys | more

    return made


def issued(cast: Cast) -> dict[str, Any]:
    """Return the address of its first version, drawn."""
    keys = adopted(cast)
    list(draw_missing())
    return {**keys, "version": 1, "language": "en"}
