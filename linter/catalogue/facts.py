"""The fact table: who minds what, since when, and what happens then."""

from __future__ import annotations

from linter.calico.schema_files import schema_path
from linter.calico.target import Target, Version, read_version
from linter.text.start import read_json, remembered

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NamedTuple
else:
    from linter.text.records import NamedTuple


class Row(NamedTuple):
    """In these lanes and versions, for these kinds, the fact has this outcome.

    ``kinds`` None = every kind; ``since``/``until`` inclusive, None = unbounded. Effects and
    severities are those of the JSON output; ``source`` is the place in Calico's sources.
    ``unreadable``: nothing else is known of a document of which the fact holds. ``confidence`` says
    of a hazard whether it is ``proved``, a ``fact`` that is often not meant, or only ``likely``.
    """

    fact: str
    rule: str
    kinds: tuple[str, ...] | None
    lanes: tuple[str, ...]
    since: Version | None
    until: Version | None
    effect: str | None
    severity: str
    refused_by: str | None
    consequence: str | None
    source: str
    unreadable: bool = False
    confidence: str | None = None

    def covers(self, kind: str | None, lane: str, target: Target) -> bool:
        if self.since is not None and target.version < self.since:
            return False
        if self.until is not None and target.version > self.until:
            return False
        if self.kinds is not None and kind not in self.kinds:
            return False
        if lane in self.lanes:
            return True
        if target.dataplane in self.lanes:
            return lane != 'v2'
        if lane == 'api':
            return 'kdd' in self.lanes and target.datastore != 'etcdv3'
        return lane == 'v2' and 'v2-kdd' in self.lanes and target.datastore == 'kubernetes'


def _version(text: str | None) -> Version | None:
    return None if text is None else read_version(text)


def _row(raw: dict[str, Any]) -> Row:
    return Row(
        raw['fact'],
        raw['rule'],
        tuple(raw['kinds']) if raw['kinds'] else None,
        tuple(raw['lanes']),
        _version(raw['since']),
        _version(raw['until']),
        raw['effect'],
        raw['severity'],
        raw['refused_by'],
        raw['consequence'],
        raw['source'],
        raw.get('unreadable', False),
        raw['confidence'],
    )


class Facts:
    """The rows of ``facts.json``, by fact.

    Each stands on a line of its own that begins with its fact, so that a run reads those alone of
    which it has findings: reading them all takes a fifth of the time of a bare start.
    """

    def __init__(self) -> None:
        with open(schema_path('facts.json'), encoding='utf-8') as file:
            self._text = file.read()
        self._lines: dict[str, list[str]] = {}
        for line in self._text.split('\n'):
            if line[:1] == '{':
                fact = line.split('"', 4)[3]
                self._lines.setdefault(fact, []).append(line)
        self._every: tuple[Row, ...] | None = None
        self._unreadable: frozenset[str] | None = None
        self._rows: dict[str, list[Row]] = {}
        self._found: dict[tuple[str, str | None, str, Target], Row | None] = {}

    def rows(self) -> tuple[Row, ...]:
        """All rows, in the table's order."""
        if self._every is None:
            self._every = tuple(map(_row, read_json(self._text)))
        return self._every

    @property
    def unreadable(self) -> frozenset[str]:
        """The facts of documents of which nothing else is known, since nobody can read them."""
        if self._unreadable is None:
            self._unreadable = frozenset(row.fact for row in self.rows() if row.unreadable)
        return self._unreadable

    def _rows_of(self, fact: str) -> list[Row]:
        rows = self._rows.get(fact)
        if rows is None:
            # KeyError where there are none.
            rows = self._rows[fact] = [_row(read_json(line)) for line in self._lines[fact]]
        return rows

    def find(self, fact: str, kind: str | None, lane: str, target: Target) -> Row | None:
        """The row in force, or None where the target does not mind. KeyError: no such fact."""
        key = (fact, kind, lane, target)
        try:
            return self._found[key]
        except KeyError:
            pass
        row = next((row for row in self._rows_of(fact) if row.covers(kind, lane, target)), None)
        self._found[key] = row
        return row


@remembered()
def known_facts() -> Facts:
    """The facts that come with calico-lint."""
    return Facts()
