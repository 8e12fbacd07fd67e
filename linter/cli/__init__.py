"""The command: words in, exit status out; alone prints.

Each command stands in a module of its own.
"""
