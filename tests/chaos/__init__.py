"""What is left after something is killed in the middle of its work: python -m tests.chaos [--short]."""
