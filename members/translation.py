from modeltranslation.translator import TranslationOptions, register

from members.histories import register_histories
from members.models import EarningRule, ExpiryPolicy, Product, Store, Tier


@register(Tier)
class TierTranslation(TranslationOptions):
    """A tier's name and benefits in each language of the programme."""

    fields = ("name", "benefits")


@register(EarningRule)
class EarningRuleTranslation(TranslationOptions):
    """A rule's name in each language of the programme."""

    fields = ("name",)


@register(ExpiryPolicy)
class ExpiryPolicyTranslation(TranslationOptions):
    """A policy's name in each language of the programme."""

    fields = ("name",)


@register(Store)
class StoreTranslation(TranslationOptions):
    """A store's name and address in each language of the programme."""

    fields = ("name", "address")


@register(Product)
class ProductTranslation(TranslationOptions):
    """A product's name in each language of the programme."""

    fields = ("name",)


# Only now have these models a field for each language, which their histories keep.
register_histories()
