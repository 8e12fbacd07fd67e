"""YAML as go-yaml reads it: bytes to documents to nodes with places, and edits that keep the style.

Nothing here knows Calico.
"""
