"""The catalogue of texts in `eniguard.alerts`: taken up from the code and the rules, and compiled."""
