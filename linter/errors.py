"""The one exception that ends a run politely."""


class Fatal(Exception):
    """The run cannot go on, and the user can mend it: one sentence, exit status 2."""
