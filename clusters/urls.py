"""Addresses of the work. `<reference>` is `M4N-CL-2026-07`, or `draft-<letters>` before the first submit."""

from django.urls import URLPattern, path

from clusters.views import cluster, lifecycle, review, roadmap

app_name = "clusters"

urlpatterns: list[URLPattern] = [
    path("review/", review.ReviewDeskView.as_view(), name="review"),
    path("review/<str:reference>/", review.ReviewView.as_view(), name="review_case"),
    path("clusters/<str:reference>/", cluster.ClusterDetailView.as_view(), name="detail"),
    path("clusters/<str:reference>/history/", cluster.ClusterHistoryView.as_view(), name="history"),
    path("clusters/<str:reference>/roadmap/", roadmap.RoadmapView.as_view(), name="roadmap"),
    path("clusters/<str:reference>/roadmap/add/", roadmap.StageCreateView.as_view(), name="stage_create"),
    path("clusters/<str:reference>/roadmap/<int:pk>/", roadmap.StageDetailView.as_view(), name="stage_detail"),
    path("clusters/<str:reference>/roadmap/<int:pk>/edit/", roadmap.StageUpdateView.as_view(), name="stage_update"),
    path("clusters/<str:reference>/roadmap/<int:pk>/move/", roadmap.StageMoveView.as_view(), name="stage_move"),
    path("clusters/<str:reference>/roadmap/<int:pk>/start/", roadmap.StageStartView.as_view(), name="stage_start"),
    path(
        "clusters/<str:reference>/roadmap/<int:pk>/complete/",
        roadmap.StageCompleteView.as_view(),
        name="stage_complete",
    ),
    path("clusters/<str:reference>/roadmap/<int:pk>/drop/", roadmap.StageDropView.as_view(), name="stage_drop"),
    path("clusters/<str:reference>/roadmap/<int:pk>/reopen/", roadmap.StageReopenView.as_view(), name="stage_reopen"),
    # Every other name under a cluster is a verb of its life: this row stays the last.
    path("clusters/<str:reference>/<slug:verb>/", lifecycle.TransitionView.as_view(), name="transition"),
]
