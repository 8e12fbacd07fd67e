"""Suppressions: finding them in comments and annotations, applying them, and adding them.

They know findings only as data.
"""
