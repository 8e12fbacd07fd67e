"""What stands in a file around the documents of Calico, and what its tools make of it."""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico.lists import has_kind
from linter.calico.ownership import first_span, is_null, span_of
from linter.calico.parsed_file import RUNS_ON, ParsedDocument
from linter.diagnostic import Finding
from linter.text.edit import Edit, Fix
from linter.text.source import Span
from linter.yaml.documents import is_empty
from linter.yaml.edit import UNSAFE
from linter.yaml.errors import BadBytes, TooDeep, TooManyAliases, YamlError
from linter.yaml.nodes import MappingNode, Scalar

_FACTS = {TooDeep: 'yaml-depth', TooManyAliases: 'yaml-aliases', BadBytes: 'yaml-encoding'}


def fact_of(error: YamlError) -> str:
    """Why a document cannot be read, as a fact."""
    return _FACTS.get(type(error), 'yaml-syntax')


def unread(document: ParsedDocument) -> Iterator[Finding]:
    """Text of a document, and of the marker before it, that no reader of Calico ever sees."""
    rest, root = document.rest, document.root
    if rest is not None:
        if document.whose != RUNS_ON or has_kind(root):
            message = (
                'Calico reads one document up to here and nothing after it: '
                'write --- on a line of its own between documents'
            )
            yield Finding('unread-rest', Span(rest, rest + 1), message)
        elif isinstance(root, Scalar):
            yield _lost_comment(document.source.text, root)
        else:
            message = (
                'Calico reads one document up to here, which is no object, and nothing after it: '
                'indent its first lines like those from here on, or remove them'
            )
            yield Finding('unread-object', Span(rest, rest + 1), message)
    if document.lost is not None:
        message = (
            'calicoctl and kubectl throw away what stands behind --- on its line: '
            'write it on the next line'
        )
        yield Finding('unread-marker', document.lost, message)


def _lost_comment(text: str, root: Scalar) -> Finding:
    """A text before the document, which is all that Calico's tools read."""
    fix = None
    span = Span(root.start, root.end)
    if not root.style and not any(char in text[root.start : root.end] for char in '\r\n'):
        fix = Fix('Make a comment of it', UNSAFE, (Edit(Span(root.start, root.start), '# '),))
    message = 'this text is no comment, and nothing behind it is read: write # before it'
    return Finding('stray-text', span, message, fix=fix)


def between(document: ParsedDocument) -> Finding | None:
    """What is wrong with a document that is empty, or no object of anybody's, in a stream."""
    if is_empty(document.source.text, document.slice):
        return _empty(document)
    if not document.is_stray:
        return None
    root, error = document.read()
    if error is not None:
        message = f'{error.message}: {error.hint}' if error.hint else error.message
        fact = fact_of(error)
        return Finding(fact, Span(error.offset, error.offset + 1), message)
    assert root is not None
    if isinstance(root, Scalar) and is_null(root):
        return _empty(document)
    span = first_span(root) if isinstance(root, MappingNode) else span_of(root)
    message = (
        'this document of the stream has no kind: remove the --- above it if it belongs to the '
        'document before, or else take it out of the file'
    )
    return Finding('kind-missing', span, message, about='')


def _empty(document: ParsedDocument) -> Finding:
    start = document.slice.start
    message = 'this document of the stream is empty: remove the extra ---'
    return Finding('empty-document', Span(start, start), message)
