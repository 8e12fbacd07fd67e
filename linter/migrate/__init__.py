"""From the APIs before v3 to ``projectcalico.org/v3``, by edits of the text.

Imported where there are such documents, and not before.
"""
