"""A finding's identity: what stays when lines move, so that a known finding is known again."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from linter.diagnostic import Diagnostic
from linter.text.escape import path_of


def fingerprints(diagnostics: Sequence[Diagnostic]) -> list[str]:
    """A fingerprint for each diagnostic, in their order; no two are equal.

    It is made of the path, the rule, the object, the path within it and the words of the wrong
    token, and never of a line or of the message. Findings that agree in all this are counted, in
    the order of their places.
    """
    counts: dict[tuple[str, ...], int] = {}
    found = [''] * len(diagnostics)
    for index in sorted(range(len(diagnostics)), key=lambda index: diagnostics[index].span):
        identity = _identity(diagnostics[index])
        number = counts.get(identity, 0)
        counts[identity] = number + 1
        words = '\0'.join((*identity, str(number)))
        found[index] = sha256(words.encode('utf-8', 'surrogatepass')).hexdigest()
    return found


def _identity(diagnostic: Diagnostic) -> tuple[str, ...]:
    one = diagnostic.object
    names = (None,) * 4 if one is None else (one.api_version, one.kind, one.namespace, one.name)
    token = diagnostic.source.text[diagnostic.span.start : diagnostic.span.end]
    return (
        path_of(diagnostic.source.path),
        diagnostic.rule,
        *(name or '' for name in names),
        diagnostic.yaml_path or '',
        ' '.join(token.split()),
    )
