from django.urls import path

from members.views import card, claims, closure, gifts, home, language, points, profile, theme, tiers

app_name = "members"
urlpatterns = [
    path("", home.home, name="home"),
    path("card/", card.show, name="card"),
    path("points/", points.history, name="points"),
    path("points/gift/", gifts.give, name="gift"),
    path("tiers/", tiers.compare, name="tiers"),
    path("profile/", profile.edit, name="profile"),
    path("profile/phone/forget/", profile.forget_phone, name="forget_phone"),
    path("profile/claim/", claims.claim, name="claim"),
    path("profile/close/", closure.close, name="close"),
    path("enrol/", claims.enrol, name="enrol"),
    path("language/", language.choose, name="language"),
    path("theme.css", theme.stylesheet, name="theme"),
    path("logo/", theme.logo, name="logo"),
    path("logo/dark/", theme.dark_logo, name="logo_dark"),
]
