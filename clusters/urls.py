"""Addresses of the work. `<reference>` is `M4N-CL-2026-07`, or `draft-<letters>` before the first submit."""

from django.urls import URLPattern

app_name = "clusters"

urlpatterns: list[URLPattern] = []
