"""What the tests of the guided proposal share: a person at the form."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.test import Client

from clusters.models import Cluster
from community.models import User
from tests.clusters.form_reader import fields_of


class Writer:
    """Somebody who writes in a proposal through its pages."""

    def __init__(self, user: User, cluster: Cluster) -> None:
        self.client = Client()
        self.client.force_login(user)
        self.name = cluster.name

    def url(self, step: int) -> str:
        return f"/clusters/{self.name}/edit/{step}/"

    def page(self, step: int) -> str:
        answer = self.client.get(self.url(step))
        assert answer.status_code == 200
        return answer.content.decode()

    def typed(self, step: int, **changes: Any) -> dict[str, Any]:
        """What the browser holds after the page was opened and these fields were changed."""
        return {**fields_of(self.page(step)), **changes}

    def post(
        self, step: int, data: dict[str, Any], do: str = "save", *, htmx: bool = False, **extra: Any
    ) -> HttpResponse:
        headers = {"HX-Request": "true"} if htmx else {}
        return self.client.post(self.url(step), {**data, "do": do, **extra}, headers=headers)

    def save(self, step: int, do: str = "save", **changes: Any) -> HttpResponse:
        """Open the page, change fields, press a button."""
        return self.post(step, self.typed(step, **changes), do)
