"""Addresses of the work. `<reference>` is `M4N-CL-2026-07`, or `draft-<letters>` before the first submit."""

from django.urls import URLPattern, path

from clusters.views import cluster, lifecycle, review

app_name = "clusters"

urlpatterns: list[URLPattern] = [
    path("review/", review.ReviewDeskView.as_view(), name="review"),
    path("review/<str:reference>/", review.ReviewView.as_view(), name="review_case"),
    path("clusters/<str:reference>/", cluster.ClusterDetailView.as_view(), name="detail"),
    path("clusters/<str:reference>/history/", cluster.ClusterHistoryView.as_view(), name="history"),
    # Every other name under a cluster is a verb of its life: this row stays the last.
    path("clusters/<str:reference>/<slug:verb>/", lifecycle.TransitionView.as_view(), name="transition"),
]
