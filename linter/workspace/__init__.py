"""The files around a check: which there are, .gitignore, configuration, writing one whole.

Nothing here judges a document.
"""
