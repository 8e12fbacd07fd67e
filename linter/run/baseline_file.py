"""The file of a baseline: what stands in it, and what is wrong with one that cannot be read."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from linter.diagnostic import Identity
from linter.text.errors import Fatal
from linter.text.escape import escape, escape_json
from linter.workspace.files import DISK, read_whole, reason

VERSION = 1

_LARGEST = 2**27
"""As many bytes are read of a file; what writes one has some hundreds of bytes a finding."""


_CONFLICT = re.compile(rb'^(?:<{7}|>{7})(?: |\r?$)', re.MULTILINE)
_MOST = 10**9
"""Findings that an entry may count: more than any repository has, and far from any limit."""


class Entry(NamedTuple):
    """A known finding and how often there is one; ``path`` is relative to the baseline's folder."""

    path: str
    identity: Identity
    times: int

    def __str__(self) -> str:
        one = self.identity
        name = '/'.join(part for part in (one.namespace, one.name) if part)
        words = (one.rule, one.kind, name, one.yaml_path, f'({self.path})')
        times = f', {self.times} times' if self.times > 1 else ''
        return escape(' '.join(word for word in words if word) + times)


def read_entries(file: str) -> tuple[list[Entry], bytes]:
    """The entries in a file, and what it holds; Fatal where this version can read none."""
    shown = escape(file)
    try:
        data = read_whole(DISK, file, _LARGEST)
    except FileNotFoundError:
        raise Fatal(
            f'there is no baseline {shown}: write one with --write-baseline {shown}'
        ) from None
    except OSError as error:
        raise Fatal(f'the baseline {shown} cannot be read: it {_what(error)}') from None
    if _CONFLICT.search(data):
        raise Fatal(
            f'the baseline {shown} has a merge conflict: keep the entries of both sides, with a '
            'comma between them'
        )
    try:
        return _parsed(json.loads(data.decode('utf-8-sig'))), data
    except _Newer as error:
        raise Fatal(
            f'the baseline {shown} is of version {error}, and this calico-lint reads version '
            f'{VERSION}: use a newer one'
        ) from None
    except (ValueError, RecursionError) as error:
        # The messages of json are sentences, those of the codec name the place.
        raise Fatal(
            f'{shown} is no baseline ({escape(str(error))}): take it from git, or remove it and '
            'write it anew'
        ) from None


def _what(error: OSError) -> str:
    """What is wrong with a file, behind "it"."""
    text = reason(error)
    return text if text.startswith(('is ', 'has ')) else f'says: {text}'


class _Newer(Exception):
    """A version that is not known here."""


def _parsed(document: Any) -> list[Entry]:
    """The entries; ValueError says what is wrong, _Newer that another version wrote it."""
    version = document.get('version') if isinstance(document, dict) else None
    if isinstance(version, bool) or not isinstance(version, int):
        raise ValueError('it says no version')
    if version != VERSION:
        raise _Newer(version)
    findings = document.get('findings')
    if not isinstance(findings, list):
        raise ValueError('findings is not a list')
    return [_entry(value, f'findings[{number}]') for number, value in enumerate(findings)]


def _entry(value: Any, where: str) -> Entry:
    if not isinstance(value, dict):
        raise ValueError(f'{where} is not an object')
    reference = {} if value.get('object') is None else value['object']
    if not isinstance(reference, dict):
        raise ValueError(f'{where}.object is not an object')
    count = value.get('count')
    if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= _MOST:
        raise ValueError(f'{where}.count is not a number from 1 to {_MOST}')

    def text(holder: Mapping[str, Any], name: str, must: bool = False) -> str:
        found = holder.get(name)
        if found is None and not must:
            return ''
        if not isinstance(found, str):
            what = f' has no {name}' if found is None else f': {name} is not text'
            raise ValueError(where + what)
        return found

    path = text(value, 'path', must=True)
    if not _is_path(path):
        raise ValueError(f'{where}.path is not a path')
    return Entry(
        path,
        Identity(
            text(value, 'rule', must=True),
            text(reference, 'group'),
            text(reference, 'kind'),
            text(reference, 'namespace'),
            text(reference, 'name'),
            text(value, 'yaml_path'),
            text(value, 'content'),
        ),
        count,
    )


def _is_path(text: str) -> bool:
    """Whether a file could be called so: there is no NUL in names, nor half a surrogate pair."""
    try:
        os.fsencode(text)
    except UnicodeEncodeError:
        return False
    return bool(text) and '\0' not in text


def dumped(entries: Iterable[Entry]) -> bytes:
    """The file: an entry a line, sorted by path, so that a change is as small for git as it is."""
    lines = ','.join(f'\n{_dump(_written(entry))}' for entry in sorted(entries))
    end = '\n' if lines else ''
    return f'{{"version": {VERSION}, "findings": [{lines}{end}]}}\n'.encode()


def _dump(value: object) -> str:
    return escape_json(json.dumps(value, ensure_ascii=False))


def _written(entry: Entry) -> dict[str, object]:
    one = entry.identity
    reference = {
        'group': one.group or None,
        'kind': one.kind or None,
        'namespace': one.namespace or None,
        'name': one.name or None,
    }
    return {
        'path': entry.path,
        'rule': one.rule,
        'object': reference if any(reference.values()) else None,
        'yaml_path': one.yaml_path or None,
        'content': one.content,
        'count': entry.times,
    }
