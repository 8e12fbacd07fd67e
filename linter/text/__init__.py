"""Text as text: places in a source, edits, escaping what is printed, suggesting the nearest word.

Nothing here knows YAML or Calico.
"""
