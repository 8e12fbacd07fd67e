"""From the API of Calico before 3.0 (``apiVersion: v1``, kind ``policy``) and from the pre-release
``projectcalico.org/v2`` to ``projectcalico.org/v3``, by edits of the text.

A document is brought over as a whole or not at all: what comes out is judged by the rules of v3,
and what they refuse, or what only its owner can decide, is an obstacle with a place. A typed list
counts as one document. Imported where there are such documents, and not before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from linter.calico.kinds import API_VERSIONS, POLICY_KINDS
from linter.calico.parsed_file import OURS, RUNS_ON, ParsedFile
from linter.calico.placeholders import placeholders
from linter.calico.target import Target
from linter.catalogue.catalogue import Catalogue
from linter.migrate.convert import Converter, document_name
from linter.migrate.edit_plan import EditPlan
from linter.migrate.entries import (
    entries,
    mapping,
    references,
    scalar,
    sequence,
    string,
    text_in,
)
from linter.migrate.proof import refused
from linter.migrate.table import KINDS, VERSIONS, new_name
from linter.text.edit import Fix
from linter.text.source import Source, Span
from linter.yaml.documents import DocumentSlice
from linter.yaml.edit import UNSAFE
from linter.yaml.nodes import (
    MappingNode,
    Node,
    Scalar,
    SequenceNode,
)

TITLE = f'Write {API_VERSIONS["v3"]}'


class Migration(NamedTuple):
    """What became of a document: ``places`` are those where it, or one of it, names its API.

    There is a fix, or there are obstacles, or neither where there is nothing to do.
    """

    places: tuple[Span, ...]
    fix: Fix | None
    obstacles: tuple[tuple[Span, str], ...]


class _Job(NamedTuple):
    node: MappingNode
    api: str
    kind: str
    is_list: bool


def migrate(parsed: ParsedFile, target: Target, catalogue: Catalogue) -> Iterator[Migration]:
    """Every policy, and every list of policies, of an old API in a file."""
    source = parsed.source
    found = [
        (document.slice, document.root)
        for document in parsed.documents
        if document.whose in (OURS, RUNS_ON) and document.root is not None
    ]
    clashes = _clashes(source, [root for _, root in found])
    for extent, root in found:
        ways: dict[int, int] | None = None
        for job in _jobs(root):
            if ways is None and source.text.find('*', extent.start, extent.end) != -1:
                ways = references(root)
            yield _migration(source, extent, job, ways, clashes, target, catalogue)


def _migration(
    source: Source,
    extent: DocumentSlice,
    job: _Job,
    ways: dict[int, int] | None,
    clashes: dict[int, str],
    target: Target,
    catalogue: Catalogue,
) -> Migration:
    text, node = source.text, job.node
    plan = EditPlan(text, node, placeholders(text, node))
    converter = Converter(plan, job.api, clashes)
    if job.is_list:
        converter.list(node, job.kind)
    else:
        converter.document(node, job.kind)
    edits = plan.edits(ways)
    obstacles = {obstacle.span: obstacle.message for obstacle in plan.obstacles}
    covered = [obstacle.covers for obstacle in plan.obstacles]
    kind = KINDS[job.api][job.kind]
    for place, message in refused(text, extent, node, kind, edits, target, catalogue):
        span = plan.origins.get(place.start, place)
        if not any(one.start <= span.start <= one.end for one in covered):
            obstacles.setdefault(span, message)
    fix = None if obstacles or not edits else Fix(TITLE, UNSAFE, edits)
    return Migration(tuple(_places(job)), fix, tuple(sorted(obstacles.items())))


# ---- What there is to do -------------------------------------------------------------------------


def _jobs(root: Node) -> Iterator[_Job]:
    for node, version, kind in _objects(root):
        api = VERSIONS.get(version)
        if api is None:
            continue
        if kind in KINDS[api]:
            yield _Job(node, api, kind, is_list=False)
        elif kind.removesuffix('List') in KINDS[api]:
            yield _Job(node, api, kind.removesuffix('List'), is_list=True)


def _objects(root: Node) -> Iterator[tuple[MappingNode, str, str]]:
    """The objects of a document, their versions and kinds: itself, or the items of a list.

    Of a typed list of an old policy kind it is the list, which changes as a whole. What an item
    of another typed list does not say is what the list says.
    """
    waiting: list[tuple[Node, str, str]] = [(root, '', '')]
    while waiting:
        node, version, kind = waiting.pop()
        if isinstance(node, SequenceNode):
            waiting += ((item, '', '') for item in reversed(node.items))
        elif isinstance(node, MappingNode):
            found = entries(node)
            version = text_in(found, 'apiversion') or version
            kind = text_in(found, 'kind') or kind
            api, items = VERSIONS.get(version), sequence(found.get('items'))
            own = kind.removesuffix('List')
            is_old = api is not None and own in KINDS[api]
            if own != kind and items is not None and not is_old:
                given = (version, own) if own else ('', '')
                waiting += ((item, *given) for item in reversed(items.items))
            else:
                yield node, version, kind


def _items(job: _Job) -> Iterator[MappingNode]:
    if not job.is_list:
        yield job.node
        return
    items = sequence(entries(job.node).get('items'))
    yield from (item for item in (items.items if items else ()) if isinstance(item, MappingNode))


def _places(job: _Job) -> Iterator[Span]:
    for node in dict.fromkeys((job.node, *_items(job))):
        version = scalar(entries(node).get('apiversion'))
        if version is not None and VERSIONS.get(version.value) == job.api:
            yield Span(version.start, version.end)


# ---- Names ---------------------------------------------------------------------------------------


_TAKERS = {*POLICY_KINDS, *(kind for kinds in KINDS.values() for kind in kinds.values())}
"""The kinds of v3 whose names one that is brought over may clash with."""


class _Object(NamedTuple):
    """What tells objects apart; of an API that is not old, ``api`` is empty."""

    api: str
    kind: str
    namespace: str
    name: str


def _clashes(source: Source, roots: Iterable[Node]) -> dict[int, str]:
    """Why a name cannot be what it would become, by the identity of its node.

    Only this file is known. The same object twice is not our affair, nor are two of one name that
    had it before.
    """
    takers: dict[_Object, dict[_Object, list[Scalar]]] = {}
    for root in roots:
        for api, kind, node in _named(root):
            place, namespace = document_name(node)
            name = '' if place is None else string(place)
            if place is None or not name:
                continue
            new_kind = KINDS[api][kind] if api else kind
            if new_kind != 'NetworkPolicy':
                namespace = ''
            node_name = _node_name(node) if api == 'v1' and kind == 'hostEndpoint' else ''
            old = _Object(api, kind, namespace or 'default', f'{node_name} {name}')
            named = new_name(name, kind, node_name) if api else name
            new = _Object('', new_kind, old.namespace, named)
            takers.setdefault(new, {}).setdefault(old, []).append(place)
    clashes: dict[int, str] = {}
    for new, olds in takers.items():
        for old, places in olds.items():
            others = [place for other, found in olds.items() if other != old for place in found]
            if not others or not old.api:
                continue
            line = source.position(others[0].start)[0]
            for place in places:
                clashes[id(place)] = (
                    f'this would become the {new.kind} {new.name}, as would that on line {line}: '
                    'rename or remove one of the two'
                )
    return clashes


def _node_name(node: MappingNode) -> str:
    """The node of a host endpoint of v1."""
    metadata = mapping(entries(node).get('metadata'))
    return '' if metadata is None else text_in(entries(metadata), 'node')


def _named(root: Node) -> Iterator[tuple[str, str, MappingNode]]:
    """Policies: their old API, or nothing where it is not old, and their kinds."""
    for node, version, kind in _objects(root):
        api = VERSIONS.get(version)
        if api is None:
            if kind in _TAKERS and version == API_VERSIONS['v3']:
                yield '', kind, node
            continue
        own = kind.removesuffix('List')
        if own in KINDS[api]:
            for item in _items(_Job(node, api, own, kind != own)):
                item_kind = text_in(entries(item), 'kind') or own
                if item_kind in KINDS[api]:
                    yield api, item_kind, item
