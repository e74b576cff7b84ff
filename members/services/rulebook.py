"""Where services meet the rulebook: see members/selectors/rulebook.py."""

from members.rule_terms import PolicyTerms, StoreTerms, TierTerms, VersionTerms
from members.selectors.rulebook import Rulebook, current_rulebook

__all__ = ["PolicyTerms", "Rulebook", "StoreTerms", "TierTerms", "VersionTerms", "current_rulebook"]
