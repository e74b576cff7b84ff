"""What Lantern Coffee & Books offers: its shops, tiers and ways to earn, as staff would have set them up."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from members import clock
from members.demo.articles import BEANS, BOOKS, STATIONERY, products
from members.demo.calendar import SINGLES_DAY, anniversaries
from members.models import Channel, EarningRule, RuleKind, Store, Tier, TierWindow, User
from members.services.earning_rules import create_rule, end_rule, publish_version
from members.services.products import save_products
from members.services.rule_drafts import RuleDraft

WUKANG, TIANZIFANG, SHEKOU, WEB_CODE = "wukang-road", "tianzifang", "shekou", "web"
SHOP_CODES = (WUKANG, TIANZIFANG, SHEKOU)

ONE_YUAN = 100
TUESDAY, SATURDAY = 2, 6
SAME_YEAR_AGAIN = 366

STORES: tuple[dict[str, str], ...] = (
    {
        "code": WUKANG,
        "channel": Channel.SHOP,
        "name_en": "Lantern Wukang Road",
        "name_zh_hans": "灯笼咖啡书店·武康路",
        "name_zh_hant": "燈籠咖啡書店·武康路",
        "picture": "wukang-road",
        "address_en": "1842 Middle Huaihai Road, Xuhui, Shanghai",
        "address_zh_hans": "上海市徐汇区淮海中路 1842 号",
        "address_zh_hant": "上海市徐匯區淮海中路 1842 號",
    },
    {
        "code": TIANZIFANG,
        "channel": Channel.SHOP,
        "name_en": "Lantern Tianzifang",
        "name_zh_hans": "灯笼咖啡书店·田子坊",
        "name_zh_hant": "燈籠咖啡書店·田子坊",
        "picture": "tianzifang",
        "address_en": "Lane 210, Taikang Road, Huangpu, Shanghai",
        "address_zh_hans": "上海市黄浦区泰康路 210 弄",
        "address_zh_hant": "上海市黃浦區泰康路 210 弄",
    },
    {
        "code": SHEKOU,
        "channel": Channel.SHOP,
        "name_en": "Lantern Shekou Harbour",
        "name_zh_hans": "灯笼咖啡书店·蛇口港",
        "name_zh_hant": "燈籠咖啡書店·蛇口港",
        "picture": "shekou",
        "address_en": "8 Harbour Road, Nanshan, Shenzhen",
        "address_zh_hans": "深圳市南山区港湾路 8 号",
        "address_zh_hant": "深圳市南山區港灣路 8 號",
    },
    {
        "code": WEB_CODE,
        "channel": Channel.WEB,
        "name_en": "Lantern online",
        "name_zh_hans": "灯笼网上书店",
        "name_zh_hant": "燈籠網路書店",
        "picture": "online",
    },
)

TIERS: tuple[dict[str, Any], ...] = (
    {
        "code": "regular",
        "rank": 0,
        "name_en": "Regular",
        "name_zh_hans": "常客",
        "name_zh_hant": "常客",
        "colour": "#3d6a63",
        "benefits_en": "A point for each yuan\nA coffee on us with your first 300 points",
        "benefits_zh_hans": "每消费 1 元得 1 分\n满 300 分即可换一杯咖啡",
        "benefits_zh_hant": "每消費 1 元得 1 點\n滿 300 點即可換一杯咖啡",
    },
    {
        "code": "silver",
        "rank": 1,
        "threshold": 1_000 * ONE_YUAN,
        "multiplier_percent": 110,
        "name_en": "Silver",
        "name_zh_hans": "银卡",
        "name_zh_hant": "銀卡",
        "colour": "#7d8794",
        "benefits_en": "A larger cup at no charge\nBooks put aside for a week",
        "benefits_zh_hans": "免费升杯\n图书预留一周",
        "benefits_zh_hant": "免費升級大杯\n圖書預留一週",
    },
    {
        "code": "gold",
        "rank": 2,
        "threshold": 3_000 * ONE_YUAN,
        "multiplier_percent": 125,
        "name_en": "Gold",
        "name_zh_hans": "金卡",
        "name_zh_hant": "金卡",
        "colour": "#b98a2f",
        "benefits_en": (
            "On Saturdays 2 points for each yuan of books\nFree delivery from the web shop\n"
            "One free cake in your birthday month"
        ),
        "benefits_zh_hans": "周六购书每 1 元得 2 分\n网店免运费\n生日当月赠蛋糕一份",
        "benefits_zh_hant": "週六購書每 1 元得 2 點\n網路訂單免運費\n生日當月贈蛋糕一份",
    },
    {
        "code": "diamond",
        "rank": 3,
        "threshold": 8_000 * ONE_YUAN,
        "multiplier_percent": 150,
        "name_en": "Diamond",
        "name_zh_hans": "钻石卡",
        "name_zh_hant": "鑽石卡",
        "colour": "#2f4a8f",
        "benefits_en": (
            "A seat kept at every tasting and reading\nA bag of beans on your birthday\n"
            "New books a day before everybody else"
        ),
        "benefits_zh_hans": "每场品鉴会和读书会预留座位\n生日当天赠咖啡豆一包\n新书提前一天到手",
        "benefits_zh_hant": "每場品鑑會和讀書會保留座位\n生日當天贈咖啡豆一包\n新書早一天到手",
    },
)


@dataclass(frozen=True, slots=True)
class PlannedChange:
    """Something that the programme's staff do on a day of the story, before the shops open."""

    day: date
    carry_out: Callable[[datetime, User], Any]


def open_programme() -> dict[str, int]:
    """Make stores, tiers and what receipts are shown with; returns the stores' ids by code."""
    save_products(entries=products())
    for tier in TIERS:
        names = {"name": tier["name_en"], "benefits": tier["benefits_en"]}
        Tier.objects.update_or_create(rank=tier["rank"], defaults={"window": TierWindow.ROLLING, **tier, **names})
    return {store["code"]: Store.objects.create(**store).pk for store in STORES}


def planned_changes(first: date, last: date) -> list[PlannedChange]:
    """Rules that begin with the programme, those that change on the way, and the sales of each year."""
    opening = [PlannedChange(first, _opening_rule(code, names, draft)) for code, names, draft in opening_rules()]
    half, later = first + (last - first) / 2, first + (last - first) * 2 / 3
    on_the_way = [
        PlannedChange(half, _new_version("web-order", WEB_ORDER_NOW)),
        PlannedChange(later, _new_version("double-tuesday", TUESDAY_MORNING_NOW)),
        PlannedChange(half, _end("notebook-week")),
    ]
    sales = [PlannedChange(day, _singles_day(day)) for day in anniversaries(*SINGLES_DAY, first=first, last=last)]
    changes = sorted([*opening, *on_the_way, *sales], key=lambda change: change.day)
    return [change for change in changes if first <= change.day <= last]


def _names(english: str, simplified: str, traditional: str) -> dict[str, str]:
    return {"en": english, "zh-hans": simplified, "zh-hant": traditional}


WEB_ORDER_NOW = RuleDraft(
    kind=RuleKind.BONUS_FIXED, points=20, channels=(Channel.WEB,), minimum_amount=100 * ONE_YUAN, cap_member_day=20
)
TUESDAY_MORNING_NOW = RuleDraft(
    kind=RuleKind.MULTIPLIER, percent=200, weekdays=(TUESDAY,), time_from=time(7), time_until=time(14)
)


def opening_rules() -> list[tuple[str, Mapping[str, str], RuleDraft]]:
    """What there was to earn on the first day."""
    gold = Tier.objects.get(code="gold").pk
    return [
        (
            "each-yuan",
            _names("A point for each yuan", "每消费 1 元得 1 分", "每消費 1 元得 1 點"),
            RuleDraft(kind=RuleKind.BASE, points=1, per_amount=ONE_YUAN),
        ),
        (
            "saturday-books",
            _names("Saturday is for books", "周六读书日", "週六讀書日"),
            RuleDraft(
                kind=RuleKind.BASE,
                points=2,
                per_amount=ONE_YUAN,
                categories=(BOOKS,),
                weekdays=(SATURDAY,),
                minimum_tier_id=gold,
            ),
        ),
        (
            "double-tuesday",
            _names("Double Tuesday", "周二双倍积分", "週二雙倍點數"),
            RuleDraft(kind=RuleKind.MULTIPLIER, percent=200, weekdays=(TUESDAY,)),
        ),
        (
            "welcome",
            _names("Welcome bonus", "首次购物奖励", "首次消費加贈"),
            RuleDraft(kind=RuleKind.BONUS_FIXED, points=50, first_purchase_only=True),
        ),
        (
            "web-order",
            _names("Order online", "网上下单奖励", "網路訂購獎勵"),
            RuleDraft(kind=RuleKind.BONUS_FIXED, points=10, channels=(Channel.WEB,)),
        ),
        (
            "beans",
            _names("For your own kettle", "在家手冲奖励", "在家手沖獎勵"),
            RuleDraft(
                kind=RuleKind.BONUS_RATE, points=1, per_amount=2 * ONE_YUAN, categories=(BEANS,), cap_member_month=80
            ),
        ),
        (
            "notebook-week",
            _names("Notebook season", "手帐季", "手帳季"),
            RuleDraft(
                kind=RuleKind.BONUS_FIXED,
                points=15,
                categories=(STATIONERY,),
                minimum_amount=60 * ONE_YUAN,
                cap_total=20_000,
            ),
        ),
    ]


def _opening_rule(code: str, names: Mapping[str, str], draft: RuleDraft) -> Callable[[datetime, User], Any]:
    def carry_out(now: datetime, actor: User) -> Any:
        start = clock.day_start(clock.local_date(now))
        return create_rule(code=code, names=names, draft=draft, valid_from=start, now=now, actor=actor)

    return carry_out


def _new_version(code: str, draft: RuleDraft) -> Callable[[datetime, User], Any]:
    def carry_out(now: datetime, actor: User) -> Any:
        rule_id = EarningRule.objects.values_list("pk", flat=True).get(code=code)
        start = clock.day_start(clock.local_date(now))
        return publish_version(rule_id=rule_id, draft=draft, valid_from=start, now=now, actor=actor)

    return carry_out


def _end(code: str) -> Callable[[datetime, User], Any]:
    def carry_out(now: datetime, actor: User) -> Any:
        rule_id = EarningRule.objects.values_list("pk", flat=True).get(code=code)
        return end_rule(rule_id=rule_id, ends_at=clock.day_start(clock.local_date(now)), now=now, actor=actor)

    return carry_out


def _singles_day(day: date) -> Callable[[datetime, User], Any]:
    """Three times the points in the web shop for a day, in each year a version of the same rule."""
    code = "singles-day"
    names = _names("Eleven eleven online", "双十一网购三倍积分", "雙十一網購三倍點數")
    draft = RuleDraft(kind=RuleKind.MULTIPLIER, percent=300, channels=(Channel.WEB,))

    def carry_out(now: datetime, actor: User) -> Any:
        period = {"valid_from": clock.day_start(day), "valid_until": clock.day_end(day)}
        rule = EarningRule.objects.filter(code=code).first()
        if rule is None:
            return create_rule(code=code, names=names, draft=draft, now=now, actor=actor, **period)
        return publish_version(rule_id=rule.pk, draft=draft, now=now, actor=actor, **period)

    return carry_out
