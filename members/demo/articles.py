"""What Lantern Coffee & Books sells: names in three languages, prices, and which drawing shows it."""

from typing import NamedTuple

from members.services.products import ProductEntry

COFFEE, TEA, BEANS, BAKERY, BOOKS, STATIONERY = "Coffee", "Tea", "Beans", "Bakery", "Books", "Stationery"


class Article(NamedTuple):
    """Something on the shelf; the price in minor units."""

    sku: str
    price: int
    picture: str
    en: str
    zh_hans: str
    zh_hant: str


# fmt: off
SHELVES: dict[str, tuple[Article, ...]] = {
    COFFEE: (
        Article("COF-AMERICANO", 2_200, "americano", "Americano", "美式咖啡", "美式咖啡"),
        Article("COF-FLAT-WHITE", 2_800, "flat-white", "Flat white", "澳白", "小白咖啡"),
        Article("COF-LATTE", 3_000, "latte", "Latte", "拿铁", "拿鐵"),
        Article("COF-OAT-LATTE", 3_400, "oat-latte", "Oat latte", "燕麦拿铁", "燕麥拿鐵"),
        Article("COF-POUR-OVER", 3_800, "pour-over", "Pour-over of the day", "今日手冲", "本日手沖"),
        Article("COF-COLD-BREW", 3_200, "cold-brew", "Cold brew", "冷萃咖啡", "冷萃咖啡"),
        Article("COF-OSMANTHUS", 3_600, "osmanthus-latte", "Osmanthus latte", "桂花拿铁", "桂花拿鐵"),
    ),
    TEA: (
        Article("TEA-LONGJING", 3_200, "tea-longjing", "Longjing green tea", "西湖龙井", "西湖龍井"),
        Article("TEA-OOLONG", 3_400, "tea-oolong", "High mountain oolong", "高山乌龙", "高山烏龍"),
        Article("TEA-JASMINE", 2_800, "tea-jasmine", "Jasmine tea, a pot", "茉莉花茶（壶）", "茉莉花茶（壺）"),
        Article("TEA-MILK", 2_600, "tea-milk", "Milk tea with pearls", "珍珠奶茶", "珍珠奶茶"),
    ),
    BAKERY: (
        Article("BAK-CROISSANT", 1_800, "croissant", "Butter croissant", "黄油可颂", "奶油可頌"),
        Article("BAK-BAGEL", 1_600, "bagel", "Sesame bagel", "芝麻贝果", "芝麻貝果"),
        Article("BAK-EGG-TART", 1_200, "egg-tart", "Egg tart", "蛋挞", "蛋塔"),
        Article("BAK-CHEESECAKE", 3_200, "cheesecake", "Cheesecake, a slice", "芝士蛋糕（块）", "起司蛋糕（片）"),
        Article("BAK-MATCHA-ROLL", 2_800, "matcha-roll", "Matcha roll", "抹茶蛋糕卷", "抹茶蛋糕捲"),
        Article("BAK-SOURDOUGH", 3_800, "sourdough", "Sourdough loaf", "天然酵母面包", "天然酵母麵包"),
    ),
    BEANS: (
        Article("BEA-YUNNAN-250", 7_800, "beans-yunnan", "Yunnan beans, 250 g",
                "云南咖啡豆 250 克", "雲南咖啡豆 250 克"),
        Article("BEA-ETHIOPIA-250", 9_800, "beans-ethiopia", "Ethiopia beans, 250 g",
                "埃塞俄比亚咖啡豆 250 克", "衣索比亞咖啡豆 250 克"),
        Article("BEA-DECAF-250", 8_800, "beans-decaf", "Decaf beans, 250 g",
                "低因咖啡豆 250 克", "低咖啡因咖啡豆 250 克"),
        Article("BEA-HOUSE-500", 12_800, "beans-house", "House blend, 500 g",
                "灯笼拼配咖啡豆 500 克", "燈籠特調咖啡豆 500 克"),
        Article("BEA-DRIP-BAGS-10", 6_800, "drip-bags", "Drip bags, box of 10", "挂耳咖啡 10 包", "濾掛咖啡 10 入"),
    ),
    BOOKS: (
        Article("BOK-RIVER-LANTERNS", 5_970, "book-lanterns-river", "Lanterns on the River",
                "《河上灯火》", "《河上燈火》"),
        Article("BOK-SHORT-TEA", 4_550, "book-history-tea", "A Short History of Tea", "《茶的简史》", "《茶的簡史》"),
        Article("BOK-CREEK-LETTERS", 3_900, "book-letters-creek", "Letters from Suzhou Creek",
                "《苏州河来信》", "《蘇州河來信》"),
        Article("BOK-NIGHT-TRAIN", 6_800, "book-night-train", "The Night Train to Kunming",
                "《开往昆明的夜车》", "《開往昆明的夜車》"),
        Article("BOK-BREAD-SLOWLY", 8_800, "book-bread", "Bread, Slowly", "《慢慢做面包》", "《慢慢做麵包》"),
        Article("BOK-COFFEE-HUNTERS", 7_200, "book-hunters", "The Coffee Hunters", "《寻豆记》", "《尋豆記》"),
        Article("BOK-RAIN-POEMS", 4_200, "book-poems-rain", "Forty Poems for Rain",
                "《雨的四十首诗》", "《雨的四十首詩》"),
        Article("BOK-IMAGINED-CITIES", 12_800, "book-maps", "Atlas of Imagined Cities",
                "《想象城市地图集》", "《想像城市地圖集》"),
        Article("BOK-AFTER-SNOW", 9_600, "book-mountains", "Mountains After Snow", "《雪后的山》", "《雪後的山》"),
        Article("BOK-LITTLE-WHALE", 3_500, "book-whale", "Goodnight, Little Whale",
                "《晚安，小鲸鱼》", "《晚安，小鯨魚》"),
        Article("BOK-LIGHTHOUSE", 10_500, "book-lighthouse", "The Lighthouse Keeper's Daughter",
                "《守塔人的女儿》", "《守塔人的女兒》"),
        Article("BOK-SHOP-CAT", 9_980, "book-cat", "The Cat Who Kept a Bookshop", "《开书店的猫》", "《開書店的貓》"),
    ),
    STATIONERY: (
        Article("STA-NOTEBOOK-A5", 4_500, "notebook", "Notebook, A5", "A5 笔记本", "A5 筆記本"),
        Article("STA-FOUNTAIN-PEN", 12_800, "fountain-pen", "Fountain pen", "钢笔", "鋼筆"),
        Article("STA-POSTCARDS", 1_500, "postcards", "Postcards, set of 6", "明信片 6 张", "明信片 6 張"),
        Article("STA-CALENDAR", 6_800, "calendar", "Desk calendar", "台历", "桌曆"),
        Article("STA-TOTE", 5_900, "tote", "Tote bag", "帆布袋", "帆布袋"),
        Article("STA-BOOKMARK", 1_200, "bookmark", "Bookmark", "书签", "書籤"),
    ),
}
# fmt: on


def products() -> list[ProductEntry]:
    """The catalogue as a shop's system would send it."""
    return [
        ProductEntry(
            sku=article.sku,
            names={"en": article.en, "zh-hans": article.zh_hans, "zh-hant": article.zh_hant},
            category=category,
            picture=article.picture,
        )
        for category, shelf in SHELVES.items()
        for article in shelf
    ]
