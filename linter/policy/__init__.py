"""What policies mean: summaries, order, verdicts. Imported only where it is asked for."""
