from django.urls import path

from members.views import (
    card,
    claims,
    closure,
    counter,
    counter_return,
    counter_sale,
    gifts,
    home,
    language,
    points,
    profile,
    theme,
    tiers,
)

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
    path("counter/", counter.desk, name="counter"),
    path("counter/store/", counter.choose_store, name="counter_store"),
    path("counter/find/", counter.find, name="counter_find"),
    path("counter/enrol/", counter.enrol, name="counter_enrol"),
    path("counter/return/", counter_return.give_back, name="counter_return"),
    path("counter/card/<slug:number>/<uuid:key>/", counter_sale.sell, name="counter_sale"),
    path("theme.css", theme.stylesheet, name="theme"),
    path("logo/", theme.logo, name="logo"),
    path("logo/dark/", theme.dark_logo, name="logo_dark"),
]
