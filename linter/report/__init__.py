"""Output: one module for each format, named like it, found by name and loaded on demand.

A format is a module with ``write(outcome, out)``; one that describes rules takes them, too.
"""
