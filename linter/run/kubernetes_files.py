"""What the files of a root hold of Kubernetes: its policies, and what rules of a root ask for."""

from __future__ import annotations

from linter.calico.prefilter import NOT_CALICO
from linter.policy import kubernetes
from linter.policy.model import KUBERNETES_NETWORK_POLICY, PATCH, NetworkSet, Policy, Unusable
from linter.run.one_file import others_in
from linter.workspace.lookup import KUSTOMIZATIONS
from linter.yaml.nodes import MappingNode, SequenceNode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from linter.calico.parsed_file import ParsedDocument
    from linter.engine.outcome import Outcome
    from linter.policy.model import Record
    from linter.run.clusters import Clusters, Records, RootFolder
    from linter.run.sources import Sources
    from linter.workspace.lookup import Lookup


class KubernetesFiles:
    """The files of a run, and of what is around it, that were noted for what may be in them."""

    def __init__(
        self,
        outcome: Outcome,
        around: Outcome,
        lookup: Lookup,
        clusters: Clusters,
        sources: Sources,
    ) -> None:
        self.outcome = outcome
        self.around = around
        self.lookup = lookup
        self.clusters = clusters
        self.sources = sources

    def records(self) -> Iterator[Record | Unusable]:
        """The summaries of the objects that rules ask for."""
        has_askers = any(
            isinstance(record, NetworkSet) and record.namespace
            for record in (*self.outcome.records, *self.around.records)
        )
        # Labels of namespaces are also asked for where policies of Kubernetes' own ask for them.
        has_askers = has_askers or any(
            'Namespace' in self.lookup.reads(path, 'kubernetes')
            for path in (*self.outcome.kubernetes, *self.around.kubernetes)
        )
        others = {*self.outcome.others, *self.around.others}
        checked = set(self.outcome.kubernetes)
        workloads: dict[RootFolder, Records] = {}
        unread: set[RootFolder] = set()
        for path in (
            *self.outcome.kubernetes,
            *self.around.kubernetes,
            *self.outcome.others,
            *self.around.others,
            # Their labels are asked for where something has them.
            *(self.outcome.namespaces if has_askers else ()),
            *(self.around.namespaces if has_askers else ()),
        ):
            place = self.clusters.root_of(path)
            if place is None:
                continue
            if path.endswith(KUSTOMIZATIONS):
                yield from self._targets(path)
            around = self.lookup.surroundings_of(path)
            if around.is_patch:
                yield from self._patches(path)
                continue
            wanted = self.lookup.reads(path)
            # What nobody has made is known of closed roots alone.
            reads_workloads = place.is_closed and 'Workload' in wanted
            reads_namespaces = has_askers and 'Namespace' in wanted
            if path in others and not (reads_workloads or reads_namespaces or 'Service' in wanted):
                continue
            is_moved = around.sets_namespace or around.namespace is not None
            for document in (one for part in self.sources.parts(path) for one in part.documents):
                root = document.root
                if root is None:
                    if reads_workloads and _may_be_workload(document):
                        unread.add(place)
                    if 'NetworkPolicy' in wanted and _may_be_policy(document):
                        yield _unread(document)
                    continue
                for member in kubernetes.members(root) if reads_workloads else ():
                    made = kubernetes.workload(document.source, member)
                    if made is not None:
                        made = made._replace(namespace=None) if is_moved else made
                        workloads.setdefault(place, []).append(made)
                nodes = kubernetes.objects(root)
                if path in checked:
                    self._count(nodes, document)
                for node in nodes:
                    kind = kubernetes.kind_of(node)
                    if kind is None or kind not in wanted:
                        continue
                    if kind == 'Namespace' and not has_askers:
                        continue
                    record = kubernetes.summarise(document.source, node, kind)
                    if kind == 'Namespace' and isinstance(record, Unusable):
                        continue  # it decides about no packet
                    if is_moved and isinstance(record, (Policy, NetworkSet, Unusable)):
                        record = record._replace(namespace=None)
                    elif is_moved:
                        continue
                    yield record
        for place, found in workloads.items():
            # What nobody has is known only where all of them can be read.
            if place not in unread:
                yield from found

    def _patches(self, path: str) -> Iterator[Unusable]:
        """The policies that patches in a file change."""
        for document in (one for part in self.sources.parts(path) for one in part.documents):
            for node in () if document.root is None else kubernetes.objects(document.root):
                kind = kubernetes.kind_of(node) or ''
                record = kubernetes.summarise(document.source, node, kind)
                if kind == 'NetworkPolicy' and isinstance(record, (Policy, Unusable)):
                    kind, why = KUBERNETES_NETWORK_POLICY, 'is a part of a document'
                    yield Unusable(kind, None, record.name, PATCH, why, record.place)

    def _targets(self, path: str) -> Iterator[Unusable]:
        """What a kustomization says that its patches are for."""
        # Imported lazily: few kustomizations say it.
        from linter.calico.ownership import field
        from linter.calico.patches import target_of
        from linter.policy.parts import place_of

        for document in (one for part in self.sources.parts(path) for one in part.documents):
            root = document.root
            for name in ('patches', 'patchesJson6902') if isinstance(root, MappingNode) else ():
                assert isinstance(root, MappingNode)
                entry = field(root, name)
                patches = entry[1] if entry is not None else None
                for item in patches.items if isinstance(patches, SequenceNode) else ():
                    aim = field(item, 'target') if isinstance(item, MappingNode) else None
                    target = None if aim is None else target_of(aim[1])
                    if target is None:
                        continue
                    place, why = place_of(document.source, item.start, item.end), 'is a patch'
                    kinds = (target.kind, KUBERNETES_NETWORK_POLICY) if target.maybe else ()
                    for kind in kinds or (target.kind,):
                        yield Unusable(kind, None, target.name, PATCH, why, place)

    def _count(self, nodes: list[MappingNode], document: ParsedDocument) -> None:
        """Policies of Kubernetes' own are checked here, and were counted as other people's."""
        count = sum(kubernetes.kind_of(node) == 'NetworkPolicy' for node in nodes)
        skipped = self.outcome.skipped.get(NOT_CALICO, 0)
        if not count or not skipped or any(True for _ in document.objects):
            return
        self.outcome.checked += count
        self.outcome.skipped[NOT_CALICO] = skipped - 1
        if skipped == 1:
            del self.outcome.skipped[NOT_CALICO]


def _may_be_policy(document: ParsedDocument) -> bool:
    """Whether a document that cannot be read may define a policy of Kubernetes' own."""
    extent = document.slice
    part = document.source.text[extent.start : extent.end]
    return 'NetworkPolicy' in part and ('networking.k8s.io' in part or '{{' in part)


def _unread(document: ParsedDocument) -> Unusable:
    # Imported lazily: most documents can be read.
    from linter.policy.parts import place_of

    place = place_of(document.source, document.slice.start, document.slice.start + 1)
    why = 'cannot be read, or is rendered later'
    return Unusable(KUBERNETES_NETWORK_POLICY, None, '', 'refused', why, place)


def _may_be_workload(document: ParsedDocument) -> bool:
    """Whether a document that cannot be read, as a template, may make pods."""
    extent = document.slice
    text = document.source.text[extent.start : extent.end]
    return 'Workload' in others_in(text.encode('utf-8', 'surrogatepass'))
