"""Policy statements for tests, made through the real actions: written on, adopted and issued without drawing a PDF."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from clusters.choices import OutcomeKind
from clusters.models import Cluster, Outcome
from factsheets.actions.issue import stored_edition, write_edition
from factsheets.choices import RevisionReason
from factsheets.models import Issue
from results.actions import policy as actions
from results.actions.policy_comment import comment_on_statement
from results.models import AdoptedLine, PolicyStatement
from tests.cast import Cast
from tests.factories import NOW
from tests.results.making import make_uptake


class Statements:
    """A statement under discussion and one that was adopted, whose lines rest on what one cluster brought."""

    def __init__(self, cast: Cast, cluster: Cluster) -> None:
        self.cast, self.cluster, self.grown = cast, cluster, 0
        by = cast.user("coordinator")
        self.written, self.adopted = (
            actions.begin_statement(working_group=cast.group, by=by, title=title)
            for title in ("Let wetlands count", "Let reeds count")
        )
        for statement in (self.written, self.adopted):
            actions.add_line(statement=statement, by=by, text="Count restored wetlands as flood storage.")
        self.grow()

    def grow(self) -> None:
        """Write a further line in both, put more under the first one, comment, and adopt and issue the next version."""
        self.grown += 1
        pieces = {
            "uptake": make_uptake(self.cast, self.cluster, name=f"Dyke Board {self.grown}").pk,
            "outcome": self._outcome("Annex in use").pk,
        }
        self.unused = self._outcome("Annex that no line rests on")
        self._do(self.adopted, "revised")
        for statement in (self.written, self.adopted):
            self._write(statement, pieces)
        by = self.cast.user("member")
        comment_on_statement(statement=self.written, by=by, text=f"Which ones, {self.grown}?")
        self._do(self.adopted, "adopted", by="mission_coordinator")
        self._issue()

    @property
    def names(self) -> dict[str, Any]:
        """Keys of the addresses: both statements, a line that is written, the first line of what was adopted last."""
        adopted = AdoptedLine.objects.filter(version__statement=self.adopted).order_by("-version__number", "number")
        return {
            "written": self.written.pk,
            "written_line": self.written.lines.order_by("position")[0].pk,
            "adopted": self.adopted.pk,
            "adopted_line": adopted[0].pk,
            "unused": self.unused.pk,
        }

    def _outcome(self, title: str) -> Outcome:
        return Outcome.objects.create(
            cluster=self.cluster,
            kind=OutcomeKind.POLICY_EVIDENCE,
            title=f"{title}, {self.grown}",
            reached_on=NOW.date(),
        )

    def _write(self, statement: PolicyStatement, pieces: dict[str, int]) -> None:
        by = self.cast.user("coordinator")
        further = actions.add_line(statement=statement, by=by, text=f"Pay those who keep them, {self.grown}.")
        for kind, key in pieces.items():
            for line in (statement.lines.order_by("position")[0], further):
                actions.put_under(line=line, by=by, kind=kind, subject_id=key, shows="It works.")
        actions.add_line(statement=self.written, by=by, text=f"This rests on nothing, {self.grown}.")
        self._do(statement, "opened")

    def _do(self, statement: PolicyStatement, verb: str, *, by: str = "coordinator") -> None:
        """Do a verb where the statement is on a step from which it leads."""
        statement.refresh_from_db()
        steps = {"revised": "adopted", "opened": "draft", "adopted": "discussed"}
        if statement.state == steps[verb]:
            actions.act(statement=statement, verb=f"statement.{verb}", by=self.cast.user(by))

    def _issue(self) -> None:
        """Write the edition of the newest version, with a page in a few words and no PDF."""
        issue = Issue.objects.filter(kind="statement").order_by("-version")[0]
        composed: Any = SimpleNamespace(
            document=SimpleNamespace(article="<article>Drawn.</article>"), data=b"{}", table=b"", pdf=None, problem=None
        )
        edition = stored_edition(composed, language="en", revision=1, why=RevisionReason.FIRST, at=NOW)
        write_edition(edition, issue, [])
