"""One file in, as a value, and findings out: judging documents, stamping, proving fixes.

Nothing here opens a file or prints.
"""
