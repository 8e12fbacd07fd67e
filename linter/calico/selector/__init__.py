"""Calico's label selectors: whether Calico takes one, why not, what it means.

Nothing here knows YAML.
"""
