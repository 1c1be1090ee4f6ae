"""Links from the admin to the page where a row is read and its verbs are."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from community import kinds


def link_to(address: str | None) -> SafeString | str:
    """Return a link to a page, or nothing where there is none."""
    return format_html('<a href="{}">{}</a>', address, _("Open the page")) if address else ""


class WithPage(admin.ModelAdmin):  # type: ignore[type-arg]
    """Leads from each row to its page, and from the list where `page` stands in `list_display`."""

    def address_of(self, row: Any) -> str | None:
        """Return the address of a row's page."""
        return kinds.url(row)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Lead to the page first, where the row is there."""
        fields = [name for name in super().get_fields(request, obj) if name != "page"]
        return fields if obj is None else ["page", *fields]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Only show the link."""
        return [*super().get_readonly_fields(request, obj), "page"]

    @admin.display(description=_("page"))
    def page(self, row: Any) -> SafeString | str:
        """Link to the page."""
        return link_to(self.address_of(row))
