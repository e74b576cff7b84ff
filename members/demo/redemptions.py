"""What members of the demo programme spend points on."""

from datetime import datetime
from random import Random
from typing import NamedTuple

from members.demo.people import Person
from members.exceptions import NotEnoughPoints
from members.services.ledger import spend_points


class Reward(NamedTuple):
    """Something for points, named in each language."""

    points: int
    names: dict[str, str]


COFFEE = Reward(300, {"en": "Any coffee", "zh-hans": "任选咖啡 1 杯", "zh-hant": "任選咖啡 1 杯"})
REWARDS = (
    COFFEE,
    Reward(450, {"en": "Tote bag", "zh-hans": "帆布袋 1 个", "zh-hant": "帆布袋 1 個"}),
    Reward(600, {"en": "¥50 off books", "zh-hans": "图书券 50 元", "zh-hant": "圖書券 50 元"}),
    Reward(900, {"en": "A bag of beans", "zh-hans": "咖啡豆 250 克", "zh-hant": "咖啡豆 250 克"}),
    Reward(2_400, {"en": "Barista class", "zh-hans": "咖啡师课程 1 次", "zh-hant": "咖啡師課程 1 次"}),
)
LOWEST_PRICE = min(reward.points for reward in REWARDS)
# Most would rather keep their points a while longer.
CHANCE = 0.11
SMALL_TREAT = 0.55


def consider_reward(person: Person, random: Random, now: datetime) -> None:
    """Let somebody with enough points treat themselves, now and then."""
    if random.random() < CHANCE and person.may_spend and not person.is_main_character:
        within_reach = [reward for reward in REWARDS if reward.points <= person.available]
        if within_reach:
            redeem(person, within_reach[0] if random.random() < SMALL_TREAT else random.choice(within_reach), now)


def redeem(person: Person, reward: Reward, now: datetime) -> None:
    """Spend somebody's points on a reward."""
    name = reward.names[person.language]
    try:
        spend_points(
            member_id=person.member_id,
            points=reward.points,
            business_key=f"spend:demo:{person.member_id}:{now.timestamp():.0f}",
            reference=name,
            explanation={"reason": name},
            now=now,
        )
    except NotEnoughPoints as refusal:
        # Some have expired, or were given away, since the purchase that told how many there were.
        person.available = refusal.params["available"]
    else:
        person.available -= reward.points
