"""The Chinese catalogues are whole and in their own script, and a page in Chinese shows no English."""

import re
from html.parser import HTMLParser

import polib
import pytest
from django.core import mail
from django.test import Client
from django.utils import translation

from members.models import EarningRule, Member, Store, Tier
from members.roles import Role
from members.time_zone_names import time_zone_name
from scripts.check_translations import LOCALES, ROOT, problems_of
from tests.admin.staff_scenes import signed_in as staff_signed_in
from tests.factories import EarningRuleVersionFactory, StoreFactory, TierFactory
from tests.members.identity_scenes import give, staff
from tests.members.page_scenes import NOW, member_who_signs_in, purchases, signed_in

LANGUAGES = ("zh-hans", "zh-hant")
# What the older national standards hold: a character of the other script cannot be written in them.
CHARACTER_SETS = {"zh_Hans": "gb2312", "zh_Hant": "big5"}
# Words of the other side of the strait, and the 你 that we do not say.
FOREIGN_WORDS = {
    "zh_Hans": ("你", "「", "登入", "儲", "预设", "资讯", "网路", "档案", "使用者"),
    "zh_Hant": (
        "你",
        "“",
        "積分",
        "登錄名",
        "短信",
        "默認",
        "信息",
        "網店",
        "賬",
        "保存",
        "導入",
        "打印",
        "用戶",
        "文檔",
    ),
}
# Brands, formats and names that stay as they are in a Chinese sentence, and what members and staff typed.
LATIN_ON_PURPOSE = re.compile(r"Regulars|English|Lantern Coffee & Books|Webhook|App|@|^[A-Z][a-z]+/|^[a-z]+-[0-9]")
SPOKEN_ATTRIBUTES = ("aria-label", "title", "alt", "placeholder")
SILENT = {"script", "style", "svg", "code", "option"}

MEMBER_PAGES = (
    "/",
    "/points/",
    "/points/gift/",
    "/tiers/",
    "/card/",
    "/profile/",
    "/profile/claim/",
    "/profile/close/",
    "/profile/complete/",
    "/help/",
    "/accounts/email/",
    "/accounts/password/change/",
    "/accounts/2fa/",
    "/accounts/2fa/webauthn/",
    "/accounts/logout/",
)
VISITOR_PAGES = (
    "/",
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/accounts/password/reset/key/1-x/",
    "/no-such-page/",
    "/api/problems/",
)


class Reader(HTMLParser):
    """Collects what a page says, to the eye and to a screen reader."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take what the element is called."""
        if tag in SILENT:
            self._silent.append(tag)
        self.said += [value for name, value in attrs if name in SPOKEN_ATTRIBUTES and value]

    def handle_endtag(self, tag: str) -> None:
        """Listen again after what says nothing."""
        if tag in self._silent:
            self._silent.remove(tag)

    def handle_data(self, data: str) -> None:
        """Take the text."""
        if not self._silent:
            self.said.append(" ".join(data.split()))


def english_in(html: str) -> list[str]:
    """What a page says in words of four letters or more, without a Chinese character."""
    reader = Reader()
    reader.feed(html)
    return [
        text
        for text in reader.said
        if re.search(r"[A-Za-z]{4}", text) and not re.search(r"[一-鿿]", text) and not LATIN_ON_PURPOSE.search(text)
    ]


def in_chinese(thing: Store | Tier | EarningRule, name: str) -> None:
    """Give it a Chinese name, as staff would have."""
    thing.name_zh_hans = thing.name_zh_hant = name  # type: ignore[union-attr]
    thing.save()


@pytest.fixture
def mei() -> Member:
    """A member with purchases, a gift of the house and a tier to reach, in a programme whose names are Chinese."""
    in_chinese(TierFactory.create(rank=1, threshold=800_000), "金卡")
    for tier in Tier.objects.filter(rank=0):
        in_chinese(tier, "常客")
    version = EarningRuleVersionFactory.create()
    in_chinese(version.rule, "每元一分")
    shop = StoreFactory.create()
    in_chinese(shop, "河畔店")
    member = member_who_signs_in("小美")
    purchases(member, shop, 3, at=NOW)
    give(member, 200, now=NOW)
    return member


@pytest.mark.parametrize("locale", LOCALES)
def test_a_catalogue_is_complete_and_compiled(locale: str) -> None:
    assert list(problems_of(locale, None)) == []


@pytest.mark.parametrize("locale", LOCALES)
def test_a_catalogue_keeps_to_its_own_script_and_words(locale: str) -> None:
    catalogue = polib.pofile(str(ROOT / "locale" / locale / "LC_MESSAGES" / "django.po"))
    texts = [text for entry in catalogue for text in (entry.msgstr, *entry.msgstr_plural.values())]
    chinese = "".join(sorted({letter for text in texts for letter in text if "一" <= letter <= "鿿"}))
    assert chinese.encode(CHARACTER_SETS[locale], errors="ignore").decode(CHARACTER_SETS[locale]) == chinese
    assert [text for text in texts if any(word in text for word in FOREIGN_WORDS[locale])] == []


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", MEMBER_PAGES)
def test_a_members_page_has_no_english_left(mei: Member, path: str, language: str) -> None:
    mei.language = language
    mei.save()
    page = signed_in(mei).get(path, headers={"accept-language": language})
    assert page.status_code == 200
    assert english_in(page.content.decode()) == []


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", VISITOR_PAGES)
def test_a_visitors_page_has_no_english_left(path: str, language: str) -> None:
    assert english_in(Client().get(path, headers={"accept-language": language}).content.decode()) == []


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_staffs_pages_have_no_english_left(mei: Member, language: str) -> None:
    manager = staff_signed_in(staff(Role.MANAGER, "林经理"))
    for path in ("/admin/", "/admin/members/member/", f"/admin/members/member/{mei.pk}/change/"):
        page = manager.get(path, headers={"accept-language": language})
        assert page.status_code == 200
        assert english_in(page.content.decode()) == [], path


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "subject"), [("zh-hans", "重设"), ("zh-hant", "重設")])
def test_an_email_is_written_in_the_readers_language(mei: Member, language: str, subject: str) -> None:
    assert mei.user is not None
    Client().post("/accounts/password/reset/", {"email": mei.user.email}, headers={"accept-language": language})
    assert subject in mail.outbox[0].subject
    lines = [line for line in mail.outbox[0].body.splitlines() if not line.startswith("http")]
    assert [line for line in lines if english_in(line)] == []


@pytest.mark.parametrize(
    ("language", "said"),
    [("zh-hans", "密码不能全是数字。"), ("zh-hant", "密碼不能全是數字。")],
)
def test_packages_speak_as_we_do(language: str, said: str) -> None:
    with translation.override(language):
        assert translation.gettext("Your password can’t be entirely numeric.") == said


def test_a_time_zone_is_called_as_people_call_its_city() -> None:
    with translation.override("zh-hans"):
        assert time_zone_name("Australia/Sydney") == "澳大利亚·悉尼"
    with translation.override("zh-hant"):
        assert time_zone_name("Australia/Sydney") == "澳洲·雪梨"
    with translation.override("en"):
        assert time_zone_name("Asia/Hong_Kong") == "Asia, Hong Kong"
