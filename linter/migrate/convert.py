"""A policy of an old API, part by part: what changes, and what nobody can decide but its owner.

Whoever wrote it meant what Felix did with it then, and so does what is written here. Nothing is
guessed, and nothing is left out in silence. What is wrong in both APIs stays as it is: the rules of
v3 say so afterwards.
"""

from __future__ import annotations

from linter.calico.kinds import API_VERSIONS
from linter.migrate.convert_rule import RuleConverter
from linter.migrate.entries import (
    Entry,
    entries,
    mapping,
    scalar,
    sequence,
    string,
    text_in,
)
from linter.migrate.table import (
    FLAGS,
    GLOBAL,
    KINDS,
    NEED_FORWARD,
    SERVER_FIELDS,
    TYPES,
    VERSIONS,
    new_name,
    normalized,
)
from linter.text.suggest import quoted
from linter.yaml.nodes import (
    MappingNode,
    Scalar,
    SequenceNode,
)


class Converter(RuleConverter):
    """Writes on a plan what makes v3 of a document."""

    def list(self, node: MappingNode, item_kind: str) -> None:
        found = self.reach(node)
        self.word(found.get('apiversion'), API_VERSIONS['v3'])
        self.word(found.get('kind'), f'{KINDS[self.api][item_kind]}List')
        items = sequence(found.get('items'))
        if items is not None:
            self.plan.reach(items)
            for item in items.items:
                if isinstance(item, MappingNode):
                    self.document(item, item_kind)
                    self.name_kind(item, KINDS[self.api][item_kind])

    def name_kind(self, item: MappingNode, kind: str) -> None:
        """An item says what it is, without which calicoctl crashes on it."""
        found = self.reach(item)
        beside = found.get('metadata') or next(iter(found.values()), None)
        for name, value in (('apiVersion', API_VERSIONS['v3']), ('kind', kind)):
            if beside is not None and name.lower() not in found:
                self.plan.insert(beside, name, value)

    def document(self, node: MappingNode, kind: str) -> None:
        """``kind`` is that of an item which does not say its own."""
        found = self.reach(node)
        version = scalar(found.get('apiversion'))
        if version is not None and VERSIONS.get(version.value) != self.api:
            return  # an item of a list that has been brought over before
        own = scalar(found.get('kind'))
        if own is not None and own.value not in KINDS[self.api]:
            self.plan.say(
                own, f'{quoted(own.value)} cannot be carried over: take it out of the list'
            )
            return
        kind = kind if own is None else own.value
        self.kind = KINDS[self.api][kind]
        self.word(found.get('apiversion'), API_VERSIONS['v3'])
        if self.kind != kind:
            self.word(found.get('kind'), self.kind)
        self.plan.drop(found.get('status'))
        metadata, spec = mapping(found.get('metadata')), mapping(found.get('spec'))
        before = self.moved(metadata, kind)
        if metadata is not None:
            self.metadata(metadata, kind)
        if spec is not None:
            self.spec(spec, kind)
        if before:
            self.insert(found, spec, before)

    def moved(self, metadata: MappingNode | None, kind: str) -> dict[str, str]:
        """What metadata of v1 has and the spec of v3 gets, as it is written there."""
        found = {} if metadata is None else entries(metadata)
        flow = MappingNode(True, None, 0, 0)
        if kind == 'hostEndpoint':
            node = text_in(found, 'node')
            return {'node': self.plan.shown(normalized(node), flow)} if node else {}
        if kind != 'profile':
            return {}
        labels, tags = mapping(found.get('labels')), sequence(found.get('tags'))
        pairs = {} if labels is None else {key.value: value for key, value in labels.entries}
        given = {key: string(value) for key, value in pairs.items() if isinstance(value, Scalar)}
        if len(given) < len(pairs) or any(key == '<<' for key in pairs):
            assert labels is not None
            self.plan.say(labels, 'labels are text: write each of them out')
        for item in [] if tags is None else tags.items:
            tag = string(item) if isinstance(item, Scalar) else ''
            if tag in given:
                self.plan.say(
                    item,
                    f'a tag becomes a label, and {quoted(tag)} is one already: rename one of them',
                )
            elif tag:
                given[tag] = ''
        for entry in (found.get('labels'), found.get('tags')):
            if entry is not None and '#' in self.plan.text[entry.span.start : entry.span.end]:
                self.plan.say(
                    entry.key,
                    'this goes into spec.labelsToApply, and the comment in it would be lost: '
                    'write the comment above it',
                )
        shown = ', '.join(
            f'{self.plan.shown(key, flow)}: {self.plan.shown(value, flow)}'
            for key, value in given.items()
        )
        return {'labelsToApply': f'{{{shown}}}'} if given else {}

    def insert(self, root: dict[str, Entry], spec: MappingNode | None, new: dict[str, str]) -> None:
        """Write these fields into the spec, which may not be there yet."""
        first = next(iter(entries(spec).values()), None) if spec is not None else None
        if first is not None and first.owner is spec:
            for name, value in new.items():
                self.plan.insert(first, name, value)
            return
        old = root.get('spec')
        beside = root.get('metadata')
        if beside is None or (old is not None and not old.is_null and spec is None):
            return
        self.plan.drop(old)
        quote = '"' if self.plan.is_json else ''
        inside = ', '.join(f'{quote}{name}{quote}: {value}' for name, value in new.items())
        self.plan.insert(beside, 'spec', f'{{{inside}}}')

    def metadata(self, node: MappingNode, kind: str) -> None:
        found = self.reach(node)
        for field in SERVER_FIELDS:
            self.plan.drop(found.get(field))
        if self.api == 'v1':
            # Had v1 minded it, the policy would not have been global.
            self.plan.drop(found.get('namespace'))
        if kind == 'hostEndpoint':
            self.plan.drop(found.get('node'))
        if kind == 'profile':
            self.plan.drop(found.get('labels'))
            self.plan.drop(found.get('tags'))
        name = found.get('name')
        if name is None or name.is_blank or not isinstance(name.value, Scalar):
            return
        self.plan.reach(name.value)
        old = string(name.value)
        if id(name.value) in self.clashes:
            self.plan.say(name.value, self.clashes[id(name.value)])
            return
        if kind == 'hostEndpoint' and not text_in(found, 'node'):
            self.plan.say(
                name.value, 'a host endpoint of v1 names its node in metadata: write node there'
            )
            return
        new = new_name(old, kind, text_in(found, 'node'))
        if new != old:
            self.plan.write(name.value, new, name.owner)

    def spec(self, node: MappingNode, kind: str) -> None:
        found = self.reach(node)
        if kind == 'hostEndpoint':
            self.host_endpoint(found)
            return
        if kind == 'tier':
            return
        self.selector(found.get('selector'))
        types = sequence(found.get('types'))
        if types is not None:
            self.types(types)
        self.flags(found)
        for direction in ('ingress', 'egress'):
            rules = sequence(found.get(direction))
            if rules is not None:
                self.plan.reach(rules)
                for item in rules.items:
                    self.rule(item)

    def host_endpoint(self, found: dict[str, Entry]) -> None:
        profiles = sequence(found.get('profiles'))
        if profiles is not None:
            self.plan.reach(profiles)
            for item in profiles.items:
                if isinstance(item, Scalar):
                    self.plan.reach(item)
                    right = new_name(string(item), 'profile')
                    if right != item.value:
                        self.plan.write(item, right, profiles)
        ports = sequence(found.get('ports'))
        if ports is not None:
            self.plan.reach(ports)
            for port in ports.items:
                if isinstance(port, MappingNode):
                    protocol = self.reach(port).get('protocol')
                    if protocol is not None and isinstance(protocol.value, Scalar):
                        self.protocol(protocol, protocol.value)

    def types(self, node: SequenceNode) -> None:
        self.plan.reach(node)
        seen: set[str] = set()
        for number, item in enumerate(node.items):
            if not isinstance(item, Scalar):
                continue
            self.plan.reach(item)
            right = TYPES.get(item.value.lower())
            if right is None:
                continue
            if right in seen:
                self.plan.drop_item(node, number)
            elif right != item.value:
                self.plan.write(item, right, node)
            seen.add(right)

    def flags(self, found: dict[str, Entry]) -> None:
        """doNotTrack, preDNAT and applyOnForward."""
        flags = {name: found[name] for name in FLAGS if name in found}
        if self.kind != GLOBAL:
            for entry in flags.values():
                if entry.is_(True):
                    self.plan.say(
                        entry.value,
                        f'{entry.key.value} is for host endpoints, which a NetworkPolicy does not '
                        f'select: write a {GLOBAL}, or remove {entry.key.value}',
                        entry.span,
                    )
                elif entry.is_(False) or entry.is_null:
                    self.plan.drop(entry)
            return
        raised = [name for name in NEED_FORWARD if name in flags and flags[name].is_(True)]
        if not raised:
            return
        first = flags[raised[0]]
        forward, types = flags.get('applyonforward'), found.get('types')
        if forward is None or forward.is_null:
            self.plan.drop(forward)
            self.plan.insert(first, 'applyOnForward', 'true')
        elif forward.is_(False) and isinstance(forward.value, Scalar):
            self.plan.reach(forward.value)
            self.plan.token(forward.value, 'true')
        if 'prednat' in raised and (types is None or types.is_null):
            self.plan.drop(types)
            word = '"Ingress"' if self.plan.is_json else 'Ingress'
            self.plan.insert(first, 'types', f'[{word}]')


def document_name(node: MappingNode) -> tuple[Scalar | None, str]:
    """Where the name of an object stands, and its namespace."""
    metadata = mapping(entries(node).get('metadata'))
    found = {} if metadata is None else entries(metadata)
    return scalar(found.get('name')), text_in(found, 'namespace')
