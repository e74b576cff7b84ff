"""Where services meet scoring: see members/scoring.py and members/award_caps.py."""

from members.award_caps import Counters, counter_row
from members.scoring import PurchaseFacts, Score

__all__ = ["Counters", "PurchaseFacts", "Score", "counter_row"]
