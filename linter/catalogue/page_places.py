"""Where the rows of a rule hold, in Markdown: ways into the cluster, versions, kinds, sources."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from linter.calico.target import VERSIONS, Version, version_text
from linter.catalogue.facts import Row
from linter.diagnostic import SEVERITIES
from linter.text.suggest import listing

LANES = {
    'api': ('calicoctl', 'the Calico API server'),
    'kdd': ('calicoctl', 'the Calico API server, unless `--datastore etcdv3` is given'),
    'native': ('kubectl with native v3 CRDs',),
    'raw': ('kubectl with `crd.projectcalico.org/v1`',),
    'v2': ('`projectcalico.org/v2`',),
    'v2-kdd': ('`projectcalico.org/v2` with `--datastore kubernetes`',),
    'ebpf': ('every way into the cluster with `--dataplane ebpf`',),
    'nftables': ('every way into the cluster with `--dataplane nftables`',),
}
"""The lanes of the fact table in words."""
_EVERY_WAY = frozenset(('api', 'native', 'raw'))

OUTCOMES = {
    ('refused', 'calico'): 'Refused by Calico',
    ('refused', 'kubernetes'): 'Refused by Kubernetes',
    ('refused', 'calicoctl'): 'Refused by calicoctl',
    ('dropped', None): 'Dropped',
    ('ignored', None): 'Ignored',
    ('hazard', None): 'Hazard',
    (None, None): 'Note',
}
"""Effects with who refuses, the gravest first."""
_OUTCOMES = list(OUTCOMES)


def effects(rows: Iterable[Row]) -> list[str]:
    """The effects of the rows, the gravest first; a note has none."""
    found = sorted({(row.effect, row.refused_by) for row in rows}, key=_OUTCOMES.index)
    return list(dict.fromkeys(effect for effect, _ in found if effect is not None))


class _Where(NamedTuple):
    """Versions and kinds, which some lanes share."""

    since: Version | None
    until: Version | None
    kinds: tuple[str, ...] | None


class _Place(NamedTuple):
    """Where an outcome is met, and the sources that say so."""

    lanes: tuple[str, ...]
    where: _Where
    sources: tuple[str, ...]

    def says(self, other: _Place) -> bool:
        """Whether there is nothing in the other that is not said here."""
        here, there = self.where, other.where
        return (
            self != other
            and set(self.lanes) >= set(other.lanes)
            and set(self.sources) >= set(other.sources)
            and (here.kinds is None or set(here.kinds) >= set(there.kinds or ('any',)))
            and (here.since or VERSIONS[0]) <= (there.since or VERSIONS[0])
            and (here.until or VERSIONS[-1]) >= (there.until or VERSIONS[-1])
        )

    def line(self) -> str:
        line = f'- {ways(self.lanes)}; {versions(self.where.since, self.where.until)}'
        if self.where.kinds is not None:
            line += f'; {listing(self.where.kinds, "and")}'
        return f'{line}. Source: {", ".join(self.sources)}.' if self.sources else f'{line}.'


def where(rows: Sequence[Row], docs: str) -> Iterator[str]:
    """For each outcome a list of where it is met: lanes, versions, kinds, and the sources."""
    if not effects(rows):
        yield 'Everywhere: it is about calico-lint itself, not about Calico.'
        return
    yield (
        f'By [way into the cluster]({docs}/targets.md#ways-into-the-cluster) and Calico version. '
        'The source is the place in the code of Calico, or of what it is built on, that says so.'
    )
    outcomes: dict[tuple[int, str, str | None], dict[_Where, list[Row]]] = {}
    for row in rows:
        rank = _OUTCOMES.index((row.effect, row.refused_by))
        places = outcomes.setdefault((rank, row.severity, row.consequence), {})
        places.setdefault(_Where(row.since, row.until, row.kinds), []).append(row)
    for rank, severity, consequence in sorted(
        outcomes, key=lambda one: (one[0], SEVERITIES.index(one[1]))
    ):
        places = outcomes[rank, severity, consequence]
        words = f'**{OUTCOMES[_OUTCOMES[rank]]}**, severity {severity}'
        yield f'{words}: {consequence}.' if consequence else f'{words}:'
        told = [_place(where, found) for where, found in places.items()]
        yield '\n'.join(
            place.line() for place in told if not any(other.says(place) for other in told)
        )


def _place(where: _Where, rows: Sequence[Row]) -> _Place:
    lanes = dict.fromkeys(lane for row in rows for lane in row.lanes)
    sources = dict.fromkeys(link for row in rows for link in links(row.source))
    return _Place(tuple(lanes), where, tuple(sources))


def ways(lanes: Sequence[str]) -> str:
    """Lanes in words."""
    words = []
    if set(lanes) >= _EVERY_WAY:
        words = ['every way into the cluster']
        lanes = [lane for lane in lanes if lane not in _EVERY_WAY]
    return listing(
        [*words, *(word for lane in LANES if lane in lanes for word in LANES[lane])], 'and'
    )


def versions(since: Version | None, until: Version | None) -> str:
    """A span of versions in words."""
    if since is not None and until is not None:
        if since == until:
            return f'Calico {version_text(since)}'
        return f'Calico {version_text(since)} to {version_text(until)}'
    if since is not None:
        return f'Calico {version_text(since)} and newer'
    if until is not None:
        return f'Calico up to {version_text(until)}'
    return 'every version'


_CALICO = 'https://github.com/projectcalico/calico'
_LIBCALICO = 'https://github.com/projectcalico/libcalico-go'
# The commit of Calico that a source names where it names no tag.
_REVISION = '87c15906f2'
_SOURCE = re.compile(
    r'(?P<path>\b(?:api|calicoctl|felix|libcalico-go|typha)/[\w./-]+)'
    r'(?::(?P<lines>\d[\d-]*(?:,\d[\d-]*)*))?(?: at (?P<tag>v[\d.]+\d))?'
    r'|calico#(?P<issue>\d+)'
    r'|(?P<of>commit|libcalico-go) (?P<commit>[0-9a-f]{8,10})\b'
)
_WORDS = (
    (re.compile(r'^page\b'), 'the NetworkPolicy page of `projectcalico.org/v2`:'),
    (re.compile(r'^alpha\b'), 'libcalico-go v2.0.0-alpha1'),
)


def links(source: str) -> list[str]:
    """The places of a Source cell in Markdown: links to the sources of Calico, or their names."""
    found = []
    for part in re.split(r', (?=\D)', source):
        if part in ('', 'ours', 'schemas/spec/config.md'):
            continue
        for pattern, words in _WORDS:
            part = pattern.sub(words, part)
        found.append(_SOURCE.sub(_link, part.rstrip(':')))
    return found


def _link(match: re.Match[str]) -> str:
    if match['issue']:
        return f'[{match[0]}]({_CALICO}/issues/{match["issue"]})'
    if match['commit']:
        home = _CALICO if match['of'] == 'commit' else _LIBCALICO
        return f'[{match[0]}]({home}/commit/{match["commit"]})'
    path, lines, tag = match['path'], match['lines'], match['tag']
    view = 'blob' if '.' in path.rpartition('/')[2] else 'tree'
    address = f'{_CALICO}/{view}/{tag or _REVISION}/{path}'
    if lines:
        first = re.split('[,-]', lines)[0]
        address += f'#L{first}'
    return f'[{match[0]}]({address})'
