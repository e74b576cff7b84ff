"""Routes of the REST API, mounted at /api/: the versions, how it describes itself, and an answer for every error."""

from django.urls import include, path, re_path
from django.views.generic import RedirectView

from members.api import docs

app_name = "api"
urlpatterns = [
    path("", RedirectView.as_view(pattern_name="api:docs"), name="start"),
    path("v1/", include("members.api.urls")),
    path("schema/", docs.SchemaView.as_view(), name="schema"),
    path("docs/", docs.documentation, name="docs"),
    path("problems/", docs.problems, name="problems"),
    path("problems/<slug:code>/", docs.problem, name="problem"),
    # Last: whatever else is below /api/ gets a problem rather than a page.
    re_path("", docs.nothing_here, name="nothing"),
]
