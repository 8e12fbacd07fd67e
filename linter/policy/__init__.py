"""What policies mean: summaries, order, verdicts, traffic as sets; imported only where asked for.

Nothing here parses YAML but the readers of summaries, and nothing here reports.
"""
