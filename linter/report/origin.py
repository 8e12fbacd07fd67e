"""Which object a finding in rendered manifests is about, and which template made it.

The lines of what ``helm template`` writes are in no file, so a line number alone helps nobody.
"""

from __future__ import annotations

from collections.abc import Iterable

from linter.diagnostic import Diagnostic
from linter.text.lazy_regex import lazy

# Helm writes it above every object: pkg/action/action.go, renderResources.
_SOURCE = lazy(r'(?:\A|(?<=[\r\n]))# Source: ([^\r\n]+)')


def with_origin(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The diagnostics, each with the object it is about and the template that it comes from."""
    return [one._replace(origin=_origin(one)) for one in diagnostics]


def _origin(one: Diagnostic) -> str:
    words = []
    if one.object is not None and one.object.kind:
        name = '/'.join(part for part in (one.object.namespace, one.object.name) if part)
        words.append(f'{one.object.kind} {name}'.strip())
    text, at = one.source.text, one.span.start
    marks = (text.rfind(f'{end}---', 0, at) for end in '\n\r')
    found = _SOURCE.search(text, max(*marks, 0), at)
    source = '' if found is None else found[1].strip()
    if source:
        words.append(source)
    return ', '.join(words)
