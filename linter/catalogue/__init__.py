"""What a rule is, the facts that rules name, the index of rules by subject, and their pages.

No rule stands here.
"""
