"""An earning rule as a sentence: "2 points for each ¥1 on Books, Saturdays, Gold and above"."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from members.models import EarningRuleVersion, RuleKind
from members.money import display_amount
from members.rule_terms import VersionTerms
from members.selectors import rule_phrases as phrases
from members.selectors.rulebook import Rulebook, current_rulebook, version_terms


def sentence(version: VersionTerms | EarningRuleVersion, *, rulebook: Rulebook | None = None) -> str:
    """What a version says, in the active language. For a list, pass the rulebook: names then cost no query."""
    rulebook = rulebook or current_rulebook()
    terms = version if isinstance(version, VersionTerms) else _terms(version, rulebook)
    conditions = _conditions(terms, rulebook)
    text = _award(terms)
    if conditions:
        named = {"award": text, "conditions": pgettext("between the items of a list", ", ").join(conditions)}
        begins_with_days = conditions[0] == phrases.days(terms) and not _names_goods(terms)
        text = (
            pgettext("rule and its days", "%(award)s on %(conditions)s") % named
            if begins_with_days
            else pgettext("rule and its conditions", "%(award)s, %(conditions)s") % named
        )
    caps = [phrases.cap_phrase(terms, period) for period in phrases.caps_of(terms)]
    if caps:
        listed = pgettext("between the items of a list", ", ").join(caps)
        text = pgettext("rule and its caps", "%(rule)s; %(caps)s") % {"rule": text, "caps": listed}
    return text


def _terms(version: EarningRuleVersion, rulebook: Rulebook) -> VersionTerms:
    known = rulebook.version(version.pk) if version.pk else None
    if known is not None:
        stores = known.stores
    else:
        stores = frozenset(store.pk for store in version.stores.all()) if version.pk else frozenset()
    return version_terms(version, stores=stores)


def _names_goods(terms: VersionTerms) -> bool:
    return terms.has_line_conditions and terms.kind != RuleKind.MULTIPLIER


def _award(terms: VersionTerms) -> str:
    if terms.kind == RuleKind.MULTIPLIER:
        return _("Points ×%(factor)s") % {"factor": phrases.factor(terms.percent)}
    return _rate(terms) if terms.is_rate else _fixed(terms)


def _rate(terms: VersionTerms) -> str:
    named = {
        "points": phrases.number(terms.points),
        "amount": display_amount(terms.per_amount),
        "goods": phrases.goods(terms),
    }
    if terms.kind == RuleKind.BASE and terms.has_line_conditions:
        text = ngettext(
            "%(points)s point for each %(amount)s on %(goods)s",
            "%(points)s points for each %(amount)s on %(goods)s",
            terms.points,
        )
    elif terms.kind == RuleKind.BASE:
        text = ngettext("%(points)s point for each %(amount)s", "%(points)s points for each %(amount)s", terms.points)
    elif terms.has_line_conditions:
        text = ngettext(
            "%(points)s extra point for each %(amount)s on %(goods)s",
            "%(points)s extra points for each %(amount)s on %(goods)s",
            terms.points,
        )
    else:
        text = ngettext(
            "%(points)s extra point for each %(amount)s", "%(points)s extra points for each %(amount)s", terms.points
        )
    return text % named


def _fixed(terms: VersionTerms) -> str:
    named = {
        "points": phrases.number(terms.points),
        "amount": display_amount(terms.minimum_amount),
        "goods": phrases.goods(terms),
    }
    text = _fixed_first(terms) if terms.first_purchase_only else _fixed_each(terms)
    return text % named


def _fixed_first(terms: VersionTerms) -> str:
    if terms.has_line_conditions and terms.minimum_amount:
        return ngettext(
            "%(points)s extra point with the first purchase, of %(amount)s or more on %(goods)s",
            "%(points)s extra points with the first purchase, of %(amount)s or more on %(goods)s",
            terms.points,
        )
    if terms.has_line_conditions:
        return ngettext(
            "%(points)s extra point with the first purchase, of %(goods)s",
            "%(points)s extra points with the first purchase, of %(goods)s",
            terms.points,
        )
    if terms.minimum_amount:
        return ngettext(
            "%(points)s extra point with the first purchase, of %(amount)s or more",
            "%(points)s extra points with the first purchase, of %(amount)s or more",
            terms.points,
        )
    return ngettext(
        "%(points)s extra point with the first purchase",
        "%(points)s extra points with the first purchase",
        terms.points,
    )


def _fixed_each(terms: VersionTerms) -> str:
    if terms.has_line_conditions and terms.minimum_amount:
        return ngettext(
            "%(points)s extra point with each purchase of %(amount)s or more on %(goods)s",
            "%(points)s extra points with each purchase of %(amount)s or more on %(goods)s",
            terms.points,
        )
    if terms.has_line_conditions:
        return ngettext(
            "%(points)s extra point with each purchase of %(goods)s",
            "%(points)s extra points with each purchase of %(goods)s",
            terms.points,
        )
    if terms.minimum_amount:
        return ngettext(
            "%(points)s extra point with each purchase of %(amount)s or more",
            "%(points)s extra points with each purchase of %(amount)s or more",
            terms.points,
        )
    return ngettext(
        "%(points)s extra point with each purchase", "%(points)s extra points with each purchase", terms.points
    )


def _conditions(terms: VersionTerms, rulebook: Rulebook) -> list[str]:
    """What else must hold, in the order in which people say it."""
    found = [phrases.days(terms), phrases.time_of_day(terms)]
    if terms.kind != RuleKind.BONUS_FIXED:
        if terms.minimum_amount:
            found.append(_("for %(amount)s or more") % {"amount": display_amount(terms.minimum_amount)})
        if terms.first_purchase_only:
            found.append(_("first purchase only"))
    found.append(phrases.tiers(terms, rulebook))
    if names := phrases.stores(terms, rulebook):
        found.append(_("at %(stores)s") % {"stores": names})
    found.append(phrases.channels(terms))
    return [phrase for phrase in found if phrase]
