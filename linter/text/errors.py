"""The one exception that ends a run politely, and how its sentence names a path."""


class Fatal(Exception):
    """The run cannot go on, and the user can mend it: one sentence, exit status 2."""


def shown_path(path: str) -> str:
    """A path in a message: as it is, or quoted and escaped where something in it does not print."""
    return path if path.isprintable() else repr(path)
