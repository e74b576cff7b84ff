"""Categories of goods as people read them: tills send a word, and members read it in their own language."""

from django.utils.translation import pgettext, pgettext_lazy

# Words that the portal can say in each language; any other is shown as the till sends it.
KNOWN = (
    pgettext_lazy("category of goods", "Coffee"),
    pgettext_lazy("category of goods", "Tea"),
    pgettext_lazy("category of goods", "Beans"),
    pgettext_lazy("category of goods", "Bakery"),
    pgettext_lazy("category of goods", "Books"),
    pgettext_lazy("category of goods", "Stationery"),
)


def category_name(category: str) -> str:
    """What a category is called in the reader's language."""
    return pgettext("category of goods", category) if category else ""
