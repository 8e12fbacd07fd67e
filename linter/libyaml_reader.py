"""Events from libyaml through PyYAML: the fast reader, and the only owner of ``yaml``.

A reader module offers ``events``, ``KINDS`` (what an event is, by its class), ``SCALAR`` (the most
frequent class), ``ERRORS`` (what ``events`` may raise), ``problem`` (what such an error says, and
where) and ``EXACT`` (whether it agrees with go-yaml in every corner). Importing this module fails
with ImportError where PyYAML was built without libyaml.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Optional

import yaml.events
from yaml._yaml import CParser
from yaml.error import MarkedYAMLError, YAMLError
from yaml.reader import ReaderError

KINDS: dict[type, int] = {
    yaml.events.ScalarEvent: 0,
    yaml.events.MappingStartEvent: 1,
    yaml.events.SequenceStartEvent: 2,
    yaml.events.MappingEndEvent: 3,
    yaml.events.SequenceEndEvent: 3,
    yaml.events.AliasEvent: 4,
    yaml.events.DocumentEndEvent: 5,
    yaml.events.DocumentStartEvent: 6,
    yaml.events.StreamStartEvent: 6,
    yaml.events.StreamEndEvent: 6,
}

EXACT = False

SCALAR: type = yaml.events.ScalarEvent

ERRORS: tuple[type[Exception], ...] = (YAMLError,)


def events(text: str) -> Iterator[Any]:
    """The events of a text, one by one: nothing is parsed before it is asked for."""
    return iter(CParser(text).get_event, None)


def problem(error: Exception, text: str) -> tuple[str, int, str, Optional[int]]:
    """What an error says: problem, its offset, context, and the context's offset."""
    if isinstance(error, ReaderError):
        # libyaml counts bytes here, and code points everywhere else.
        ahead = text.encode()[: error.position]
        return error.reason, len(ahead.decode(errors='ignore')), '', None
    if isinstance(error, MarkedYAMLError):
        mark, context = error.problem_mark, error.context_mark
        if mark is None:
            mark = context
        return (
            error.problem or '',
            len(text) if mark is None else mark.index,
            error.context or '',
            None if context is None else context.index,
        )
    return str(error), 0, '', None
