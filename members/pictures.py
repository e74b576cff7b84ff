"""Pictures of products and shops: drawings that come with the portal or that a programme adds to its static files.

A row keeps the picture's name and not a file of its own: nothing is uploaded, so nothing has to be checked for scripts,
resized or kept on a shared disk, and every address of a picture can be cached for ever.
"""

from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.templatetags.static import static

NO_PICTURE = "parcel"
# What stands in where a product has no picture of its own, or a receipt names a SKU that nobody entered.
OF_CATEGORY = {
    "bakery": "croissant",
    "beans": "beans-yunnan",
    "books": "book",
    "coffee": "latte",
    "stationery": "notebook",
    "tea": "tea-oolong",
}


def has_picture(folder: str, name: str) -> bool:
    """Whether ``static/img/<folder>/<name>.svg`` exists."""
    return name in picture_names(folder)


@cache
def picture_names(folder: str) -> list[str]:
    """The pictures to choose from, by name; asked once, since static files change with a release only."""
    folders = map(Path, finders.find(f"img/{folder}", find_all=True))
    return sorted({path.stem for place in folders for path in place.glob("*.svg")})


def product_picture(picture: str, category: str = "") -> str:
    """The address of a product's picture, else of its category's, else of a parcel."""
    name = picture or OF_CATEGORY.get(category.lower(), NO_PICTURE)
    return _address(f"img/products/{name}.svg") or static(f"img/products/{NO_PICTURE}.svg")


def store_picture(picture: str) -> str:
    """The address of a shop's picture; empty where there is none."""
    return _address(f"img/stores/{picture}.svg") if picture else ""


def _address(path: str) -> str:
    """The address of a static file; empty where it is gone since it was chosen: no page fails for a picture."""
    try:
        return static(path)
    except ValueError:
        return ""
