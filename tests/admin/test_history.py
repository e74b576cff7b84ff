"""What configuration and profiles said before: who changed what, when, from what to what."""

import pytest
from django.test import Client

from members.models import AuditEntry, EarningRule, Member, Tier
from members.services.profiles import change_language
from tests.admin.staff_scenes import as_role, shop
from tests.factories import MemberFactory

pytestmark = pytest.mark.django_db

PROFILE = {"name": "Lin Xiaoyu", "birth_month": "", "birth_day": "", "birth_year": "", "language": "en"}


def text_of(client: Client, path: str) -> str:
    page = client.get(path)
    assert page.status_code == 200
    return page.content.decode()


def test_a_store_says_who_changed_what_from_what_to_what() -> None:
    store, client = shop(), as_role("manager")
    answers = {"code": "riverside", "channel": "web", "is_active": "on", "name_en": "Riverside"}
    client.post(f"/admin/members/store/{store.pk}/change/", answers)

    page = text_of(client, f"/admin/members/store/{store.pk}/history/")

    assert "manager" in page
    for words in ("Channel", "Shop", "Web shop"):
        assert words in page
    assert "Code" not in page.split("past__event")[1]


def test_a_seeded_tier_has_a_record_from_before_its_first_change() -> None:
    tier = Tier.objects.get(rank=0)
    tier.colour = "#112233"
    tier.save()

    kinds = list(tier.history.values_list("history_type", "colour"))  # type: ignore[attr-defined]

    assert [kind for kind, _colour in kinds] == ["~", "+"]
    assert kinds[0][1] == "#112233"
    assert kinds[1][1] != "#112233"


def test_saving_what_is_there_already_leaves_no_record() -> None:
    tier = Tier.objects.get(rank=0)

    tier.save()

    assert not tier.history.exists()  # type: ignore[attr-defined]


def test_a_record_holds_what_is_stored_rather_than_what_is_in_memory() -> None:
    member: Member = MemberFactory.create(name="Mei Lin", language="en")
    member.history.all().delete()  # type: ignore[attr-defined]
    member.name = "Never saved"

    change_language(member=member, language="zh-hans")

    newest = member.history.first()  # type: ignore[attr-defined]
    assert (newest.name, newest.language) == ("Mei Lin", "zh-hans")


def test_a_profile_mended_at_the_desk_shows_its_old_name_and_the_look_is_on_record() -> None:
    member, client = MemberFactory.create(name="Lin Xiaoyou"), as_role("service")
    client.post(f"/admin/members/member/{member.pk}/profile/", {**PROFILE, "confirm": "1"})

    page = text_of(client, f"/admin/members/member/{member.pk}/history/")

    assert "Lin Xiaoyou" in page
    assert "Lin Xiaoyu" in page
    look = AuditEntry.objects.get(action="member.history_viewed")
    assert (look.member_id, look.actor_label) == (member.pk, "service@staff.example")


def test_who_may_not_see_members_does_not_see_their_histories() -> None:
    member: Member = MemberFactory.create()

    assert as_role("marketing").get(f"/admin/members/member/{member.pk}/history/").status_code == 403
    assert not AuditEntry.objects.filter(action="member.history_viewed").exists()


def test_a_rule_shows_the_history_of_its_versions() -> None:
    shop()
    rule = EarningRule.objects.get()
    version = rule.versions.get()
    version.points = 3
    version.save()

    page = text_of(as_role("manager"), f"/admin/members/earningrule/{rule.pk}/history/")

    assert "Version" in page
    assert "past__old" in page


@pytest.mark.parametrize("language", ["en", "zh-hans", "zh-hant"])
def test_the_page_opens_in_each_language(language: str) -> None:
    tier, client = Tier.objects.get(rank=0), as_role("manager")
    tier.benefits_zh_hans = "生日饮品"  # type: ignore[attr-defined]
    tier.save()

    page = client.get(f"/admin/members/tier/{tier.pk}/history/", headers={"Accept-Language": language})

    assert "生日饮品" in page.content.decode()
    assert "简体中文" in page.content.decode()
