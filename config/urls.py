from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("members.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("api/", include("config.api")),
    path("i18n/", include("django.conf.urls.i18n")),
]

# Below /api/ these answer problems; elsewhere pages.
handler400 = "members.api.handlers.bad_request"
handler500 = "members.api.handlers.server_error"
