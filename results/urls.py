"""Addresses of uptakes. Those under a cluster come before the cluster's own, whose last row takes any verb."""

from django.urls import URLPattern

app_name = "results"

urlpatterns: list[URLPattern] = []
