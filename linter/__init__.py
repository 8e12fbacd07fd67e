__version__ = '0.1.0'
# What releases_text() of linter.calico.target says: here it costs no import.
__calico__ = (
    'v3.26.5, v3.27.5, v3.28.5, v3.29.7, v3.30.7, v3.31.7, v3.32.1 and 3.33 '
    '(branch release-v3.33 of 2026-08-21), which has no release yet'
)
