"""The configuration file: what it holds, and where it is wrong.

It is read like any document, by the loader and a decoder made of its generated schema
(``schemas/config.schema.json``). An entry that cannot be followed is a diagnostic, and counts as if
it were not there.
"""

from __future__ import annotations

import os
from typing import NamedTuple

from linter.calico.target import Version
from linter.diagnostic import Diagnostic, url_of
from linter.text.errors import Fatal, shown_path
from linter.text.source import Source, Span
from linter.workspace.files import DISK, FILE, FOLDER, SMALL_FILE, read_whole, reason
from linter.workspace.files import NOTHING as NO_FILE
from linter.workspace.patterns import Rules
from linter.yaml.encoding import BadEncoding, decode_bytes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from linter.workspace.files import Files

NAME = '.calico-lint.yaml'
RULE = 'invalid-configuration'
FACT = 'configuration'


class Layer(NamedTuple):
    """What the file as a whole, or one entry of ``per-path``, says; None: nothing.

    ``lines`` are the lines on which its keys stand. Groups are unfolded. ``patterns`` are those of
    an entry, ``line`` is where it names them.
    """

    version: Version | None
    admission: str | None
    datastore: str | None
    edition: str | None
    dataplane: str | None
    profile: str | None
    select: frozenset[str] | None
    ignore: frozenset[str]
    severity: dict[str, str]
    lines: dict[str, int]
    patterns: tuple[str, ...] = ()
    line: int = 0


NOTHING = Layer(None, None, None, None, None, None, None, frozenset(), {}, {})
"""The layer of a file that says nothing."""


class RootEntry(NamedTuple):
    """A folder whose policies are those of one cluster, seen from the file's.

    ``is_closed``: the cluster has no others.
    """

    path: str
    is_closed: bool = False


class Config(NamedTuple):
    """A configuration file.

    ``layers`` are the file's own settings and those of the entries of ``per-path``, ``paths`` the
    patterns of these, whose owners are the numbers of the layers. ``baseline`` is relative to the
    file's folder; it and ``fail_on`` are about a run as a whole. ``tiers``, ``namespaces``,
    ``labels``, ``sets`` and ``service_accounts`` exist although no file defines them.
    ``kubernetes``: those policies of Kubernetes are looked at, too, beside which there is nothing
    of Calico's.
    """

    path: str
    layers: tuple[Layer, ...]
    paths: Rules | None
    exclude: Rules | None
    patterns: tuple[str, ...]
    tiers: frozenset[str]
    namespaces: frozenset[str]
    require_reason: bool
    embedded: bool
    baseline: str | None
    fail_on: str | None
    diagnostics: list[Diagnostic]
    roots: tuple[RootEntry, ...] = ()
    labels: frozenset[str] = frozenset()
    sets: frozenset[str] = frozenset()
    service_accounts: frozenset[str] = frozenset()
    kubernetes: bool = False


def read(path: str, files: Files = DISK) -> Config:
    """Read a configuration file; whatever is wrong with it is in ``diagnostics``."""
    name = os.path.basename(path)
    try:
        kind = files.kind(path)
        if kind != FILE:
            what = 'a folder' if kind == FOLDER else 'a link to nothing, or no ordinary file'
            return unread(Source(path, ''), 0, f'{name} is {what}')
        data = read_whole(files, path, SMALL_FILE)
    except OSError as error:
        return unread(Source(path, ''), 0, f'{name} cannot be read: {reason(error)}')
    try:
        text = decode_bytes(data)
    except BadEncoding as error:
        return unread(Source(path, error.text), error.offset, f'{error.message}: save it as UTF-8')
    return parse(Source(path, text))


def read_named(path: str, files: Files = DISK) -> Config:
    """Read the configuration that the command line names; raises Fatal where there is none."""
    try:
        is_there = files.kind(path) != NO_FILE
    except (OSError, ValueError):
        is_there = True
    if '\0' in path or not is_there:
        raise Fatal(f'there is no configuration {shown_path(path)}: --config names none')
    return read(path, files)


def parse(source: Source) -> Config:
    """The text of a configuration file."""
    # Where no file is, nothing of this is worth importing.
    from linter.workspace.config_reader import Reader

    return Reader(source).read()


def looks_like_one(path: str, files: Files = DISK) -> bool:
    """Whether a file with another name has a setting of a configuration at its top level."""
    from linter.workspace.config_terms import schema

    try:
        text = read_whole(files, path, SMALL_FILE).decode('utf-8', 'replace')
    except OSError:
        return False
    return any(line.partition(':')[0] in schema()['properties'] for line in text.splitlines())


def misnamed(path: str) -> Diagnostic:
    """The finding about a file that only looks like a configuration file."""
    message = f'calico-lint reads {NAME} only, and nothing of this file: rename it'
    return diagnostic(Source(path, ''), Span(0, 0), message)


def diagnostic(
    source: Source,
    span: Span,
    message: str,
    hint: str | None = None,
    related: tuple[tuple[Span, str], ...] = (),
    yaml_path: str | None = None,
) -> Diagnostic:
    """A finding about a configuration file."""
    return Diagnostic(
        source,
        span,
        RULE,
        'error',
        None,
        None,
        message,
        hint,
        url_of(RULE),
        related,
        None,
        None,
        yaml_path or None,
        FACT,
    )


def empty(source: Source, diagnostics: list[Diagnostic]) -> Config:
    """The configuration of a file that says nothing."""
    none: frozenset[str] = frozenset()
    return Config(
        source.path, (NOTHING,), None, None, (), none, none, False, False, None, None, diagnostics
    )


def unread(source: Source, offset: int, message: str, hint: str | None = None) -> Config:
    """The configuration of a file of which nothing can be used."""
    end = max(offset, min(offset + 1, len(source.text)))
    message = f'{message}; none of its settings counts'
    return empty(source, [diagnostic(source, Span(offset, end), message, hint)])
