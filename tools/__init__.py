"""The generators: spec tables to schemas, facts, the index of rules, and documentation.

They run in a checkout and are not installed; their outputs are committed.
"""
