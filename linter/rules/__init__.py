"""One module for each rule: one mistake, its page as the docstring, and its checks.

A rule imports no other rule.
"""
