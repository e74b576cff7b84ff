from members.models import Channel, Store


def shops_to_visit() -> list[Store]:
    """The open shops that have an address, as visitors read of them."""
    shops = Store.objects.filter(is_active=True, channel=Channel.SHOP).order_by("pk")
    # In Python: an address may be there in another language than the reader's, which then stands in.
    return [shop for shop in shops if shop.address]
