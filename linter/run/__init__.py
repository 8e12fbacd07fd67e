"""Many files: one after another or shared among processes, the baseline, and fixing files.

Nothing here prints.
"""
