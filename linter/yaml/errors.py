"""Why a document cannot be read."""

from __future__ import annotations

SAVE_AS_UTF8 = 'save it as UTF-8'


class YamlError(ValueError):
    """The document is refused before anything is known of it; ``offset`` is where."""

    def __init__(self, offset: int, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.offset = offset
        self.message = message
        self.hint = hint


class BadBytes(YamlError):
    """A document has bytes that are not in the encoding of its file."""


class TooManyAliases(YamlError):
    """Aliases unfold to more than go-yaml puts up with."""


class TooDeep(YamlError):
    """More than MAX_DEPTH mappings and lists inside one another."""
