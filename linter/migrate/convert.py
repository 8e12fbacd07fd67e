"""A policy of an old API, part by part: what changes, and what nobody can decide but its owner.

Whoever wrote it meant what Felix did with it then, and so does what is written here. Nothing is
guessed, and nothing is left out in silence. What is wrong in both APIs stays as it is: the rules of
v3 say so afterwards.
"""

from __future__ import annotations

from linter.calico.kinds import API_VERSIONS
from linter.calico.names import qualified_problem
from linter.calico.selector.accept import accepts, explain
from linter.calico.selector.meaning import parse
from linter.migrate.canvas import EditPlan
from linter.migrate.entries import (
    Entry,
    entries,
    mapping,
    scalar,
    sequence,
    string,
    text_in,
    value_of,
)
from linter.migrate.selectors import (
    Change,
    labels,
    parted,
    renamed,
    unprefixed,
)
from linter.migrate.table import (
    ACTIONS,
    FLAGS,
    GLOBAL,
    KINDS,
    LABELS,
    NAMESPACE_PREFIX,
    NEED_FORWARD,
    PREFIXES,
    SERVER_FIELDS,
    TYPES,
    VERSIONS,
    new_name,
    new_net,
    new_protocol,
    normalized,
)
from linter.text.suggest import quoted
from linter.yaml.aliases import is_merge
from linter.yaml.nodes import (
    MappingNode,
    Node,
    Scalar,
    SequenceNode,
)


class Converter:
    """Writes on a canvas what makes v3 of a document."""

    def __init__(self, canvas: EditPlan, api: str, clashes: dict[int, str]) -> None:
        self.canvas = canvas
        self.api = api
        # By the identity of a name's node, why it cannot be what it would become.
        self.clashes = clashes
        self.kind = ''

    def list(self, node: MappingNode, item_kind: str) -> None:
        found = self.reach(node)
        self.word(found.get('apiversion'), API_VERSIONS['v3'])
        self.word(found.get('kind'), f'{KINDS[self.api][item_kind]}List')
        items = sequence(found.get('items'))
        if items is not None:
            self.canvas.reach(items)
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
                self.canvas.insert(beside, name, value)

    def document(self, node: MappingNode, kind: str) -> None:
        """``kind`` is that of an item which does not say its own."""
        found = self.reach(node)
        version = scalar(found.get('apiversion'))
        if version is not None and VERSIONS.get(version.value) != self.api:
            return  # an item of a list that has been brought over before
        own = scalar(found.get('kind'))
        if own is not None and own.value not in KINDS[self.api]:
            self.canvas.say(
                own, f'{quoted(own.value)} cannot be carried over: take it out of the list'
            )
            return
        kind = kind if own is None else own.value
        self.kind = KINDS[self.api][kind]
        self.word(found.get('apiversion'), API_VERSIONS['v3'])
        if self.kind != kind:
            self.word(found.get('kind'), self.kind)
        self.canvas.drop(found.get('status'))
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
            return {'node': self.canvas.shown(normalized(node), flow)} if node else {}
        if kind != 'profile':
            return {}
        labels, tags = mapping(found.get('labels')), sequence(found.get('tags'))
        pairs = {} if labels is None else {key.value: value for key, value in labels.entries}
        given = {key: string(value) for key, value in pairs.items() if isinstance(value, Scalar)}
        if len(given) < len(pairs) or any(key == '<<' for key in pairs):
            assert labels is not None
            self.canvas.say(labels, 'labels are text: write each of them out')
        for item in [] if tags is None else tags.items:
            tag = string(item) if isinstance(item, Scalar) else ''
            if tag in given:
                self.canvas.say(
                    item,
                    f'a tag becomes a label, and {quoted(tag)} is one already: rename one of them',
                )
            elif tag:
                given[tag] = ''
        for entry in (found.get('labels'), found.get('tags')):
            if entry is not None and '#' in self.canvas.text[entry.span.start : entry.span.end]:
                self.canvas.say(
                    entry.key,
                    'this goes into spec.labelsToApply, and the comment in it would be lost: '
                    'write the comment above it',
                )
        shown = ', '.join(
            f'{self.canvas.shown(key, flow)}: {self.canvas.shown(value, flow)}'
            for key, value in given.items()
        )
        return {'labelsToApply': f'{{{shown}}}'} if given else {}

    def insert(self, root: dict[str, Entry], spec: MappingNode | None, new: dict[str, str]) -> None:
        """Write these fields into the spec, which may not be there yet."""
        first = next(iter(entries(spec).values()), None) if spec is not None else None
        if first is not None and first.owner is spec:
            for name, value in new.items():
                self.canvas.insert(first, name, value)
            return
        old = root.get('spec')
        beside = root.get('metadata')
        if beside is None or (old is not None and not old.is_null and spec is None):
            return
        self.canvas.drop(old)
        quote = '"' if self.canvas.is_json else ''
        inside = ', '.join(f'{quote}{name}{quote}: {value}' for name, value in new.items())
        self.canvas.insert(beside, 'spec', f'{{{inside}}}')

    def metadata(self, node: MappingNode, kind: str) -> None:
        found = self.reach(node)
        for field in SERVER_FIELDS:
            self.canvas.drop(found.get(field))
        if self.api == 'v1':
            # Had v1 minded it, the policy would not have been global.
            self.canvas.drop(found.get('namespace'))
        if kind == 'hostEndpoint':
            self.canvas.drop(found.get('node'))
        if kind == 'profile':
            self.canvas.drop(found.get('labels'))
            self.canvas.drop(found.get('tags'))
        name = found.get('name')
        if name is None or name.is_blank or not isinstance(name.value, Scalar):
            return
        self.canvas.reach(name.value)
        old = string(name.value)
        if id(name.value) in self.clashes:
            self.canvas.say(name.value, self.clashes[id(name.value)])
            return
        if kind == 'hostEndpoint' and not text_in(found, 'node'):
            self.canvas.say(
                name.value, 'a host endpoint of v1 names its node in metadata: write node there'
            )
            return
        new = new_name(old, kind, text_in(found, 'node'))
        if new != old:
            self.canvas.write(name.value, new, name.owner)

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
                self.canvas.reach(rules)
                for item in rules.items:
                    self.rule(item)

    def host_endpoint(self, found: dict[str, Entry]) -> None:
        profiles = sequence(found.get('profiles'))
        if profiles is not None:
            self.canvas.reach(profiles)
            for item in profiles.items:
                if isinstance(item, Scalar):
                    self.canvas.reach(item)
                    right = new_name(string(item), 'profile')
                    if right != item.value:
                        self.canvas.write(item, right, profiles)
        ports = sequence(found.get('ports'))
        if ports is not None:
            self.canvas.reach(ports)
            for port in ports.items:
                if isinstance(port, MappingNode):
                    protocol = self.reach(port).get('protocol')
                    if protocol is not None and isinstance(protocol.value, Scalar):
                        self.protocol(protocol, protocol.value)

    def types(self, node: SequenceNode) -> None:
        self.canvas.reach(node)
        seen: set[str] = set()
        for number, item in enumerate(node.items):
            if not isinstance(item, Scalar):
                continue
            self.canvas.reach(item)
            right = TYPES.get(item.value.lower())
            if right is None:
                continue
            if right in seen:
                self.canvas.drop_item(node, number)
            elif right != item.value:
                self.canvas.write(item, right, node)
            seen.add(right)

    def flags(self, found: dict[str, Entry]) -> None:
        """doNotTrack, preDNAT and applyOnForward."""
        flags = {name: found[name] for name in FLAGS if name in found}
        if self.kind != GLOBAL:
            for entry in flags.values():
                if entry.is_(True):
                    self.canvas.say(
                        entry.value,
                        f'{entry.key.value} is for host endpoints, which a NetworkPolicy does not '
                        f'select: write a {GLOBAL}, or remove {entry.key.value}',
                        entry.span,
                    )
                elif entry.is_(False) or entry.is_null:
                    self.canvas.drop(entry)
            return
        raised = [name for name in NEED_FORWARD if name in flags and flags[name].is_(True)]
        if not raised:
            return
        first = flags[raised[0]]
        forward, types = flags.get('applyonforward'), found.get('types')
        if forward is None or forward.is_null:
            self.canvas.drop(forward)
            self.canvas.insert(first, 'applyOnForward', 'true')
        elif forward.is_(False) and isinstance(forward.value, Scalar):
            self.canvas.reach(forward.value)
            self.canvas.token(forward.value, 'true')
        if 'prednat' in raised and (types is None or types.is_null):
            self.canvas.drop(types)
            word = '"Ingress"' if self.canvas.is_json else 'Ingress'
            self.canvas.insert(first, 'types', f'[{word}]')

    # ---- A rule ----------------------------------------------------------------------------------

    def rule(self, node: Node) -> None:
        if not isinstance(node, MappingNode):
            if isinstance(node, Scalar) and value_of(node) is None:
                self.canvas.say(
                    node,
                    'an empty rule once allowed everything: write action: Allow, or remove it',
                )
            return
        found = self.reach(node)
        self.action(node, found.get('action'))
        for name in ('protocol', 'notprotocol'):
            protocol = found.get(name)
            if protocol is not None and isinstance(protocol.value, Scalar):
                self.protocol(protocol, protocol.value)
        for name in ('source', 'destination'):
            entity = mapping(found.get(name))
            if entity is not None:
                self.entity(entity)

    def action(self, rule: MappingNode, entry: Entry | None) -> None:
        if entry is None or entry.is_blank:
            place: Node = rule.entries[0][0] if rule.entries else rule
            covers = None
            if entry is not None:
                place = entry.value if entry.value.end > entry.value.start else entry.key
                covers = entry.span
            self.canvas.say(
                place,
                'a rule without an action was once read as allow: '
                'write action: Allow if that is what it is for',
                covers,
            )
        elif isinstance(entry.value, Scalar):
            self.canvas.reach(entry.value)
            right = ACTIONS.get(entry.value.value.lower())
            if right is not None and right != entry.value.value:
                self.canvas.write(entry.value, right, entry.owner)

    def protocol(self, entry: Entry, node: Scalar) -> None:
        self.canvas.reach(node)
        right = new_protocol(string(node))
        if right is None or (right == node.value and not (node.style and right.isdigit())):
            return
        if right.isdigit():
            if node.style:
                self.canvas.token(node, right)
        else:
            self.canvas.write(node, right, entry.owner)

    def entity(self, node: MappingNode) -> None:
        """The source or the destination of a rule."""
        found = self.reach(node)
        for prefix in ('', 'not'):
            self.nets(found.get(f'{prefix}net'), found.get(f'{prefix}nets'), prefix)
            selector, tag = found.get(f'{prefix}selector'), found.get(f'{prefix}tag')
            if tag is not None and not tag.is_blank:
                self.tag(tag, selector, prefix)
                continue
            self.canvas.drop(tag)
            self.rule_selector(selector, found.get('namespaceselector'), bool(prefix))

    def nets(self, single: Entry | None, several: Entry | None, prefix: str) -> None:
        """``net`` goes to the end of ``nets``; all of them lose their host bits."""
        if several is not None and several.is_null:
            self.canvas.drop(several)
            several = None
        seen: set[str] = set()
        kept: int | None = None
        existing = sequence(several)
        if existing is not None:
            self.canvas.reach(existing)
            for number, item in enumerate(existing.items):
                if not isinstance(item, Scalar):
                    kept = number
                    continue
                self.canvas.reach(item)
                right = new_net(string(item))
                if right in seen:
                    self.canvas.drop_item(existing, number)
                    continue
                kept = number
                seen.add(right)
                if right != item.value:
                    self.canvas.write(item, right, existing)
        if single is None or single.is_blank:
            self.canvas.drop(single)
            return
        if not isinstance(single.value, Scalar):
            return
        self.canvas.reach(single.value)
        right = new_net(string(single.value))
        if several is not None and existing is not None:
            self.canvas.drop(single)
            if right not in seen:
                self.canvas.append(several, existing, right, kept, single.value)
        elif several is None:
            self.canvas.rename(single, 'notNets' if prefix else 'nets')
            self.canvas.token(single.value, self.listed(single.value, right))

    def listed(self, node: Scalar, text: str) -> str:
        """A list of one, in the quotes of what it is made of."""
        quote = node.style if node.style in ('"', "'") else ''
        if quote:
            return f'[{quote}{text}{quote}]'
        flow = MappingNode(True, None, 0, 0)
        return f'[{self.canvas.shown(text, flow)}]'

    # ---- Selectors -------------------------------------------------------------------------------

    def tag(self, tag: Entry, selector: Entry | None, prefix: str) -> None:
        """A tag is a label now, an empty one: so the upgrade gives it to profiles, and asks for it.

        Of a ``notSelector`` beside a ``notTag`` the upgrade joined the two with ``&&``, which makes
        them match less, and so the rule more; Felix let a rule match only where neither did.
        https://github.com/projectcalico/calico/blob/release-v3.0/felix/calc/rule_scanner.go
        """
        if not isinstance(tag.value, Scalar):
            return
        self.canvas.reach(tag.value)
        name = string(tag.value)
        wrong = qualified_problem(name)
        if wrong is not None:
            self.canvas.say(
                tag.value,
                f'a tag becomes a label of the endpoints, and {wrong}: '
                'give them another label, and select that',
                tag.span,
            )
            return
        if selector is not None and selector.is_blank:
            self.canvas.drop(selector)
            selector = None
        if selector is None:
            self.canvas.rename(tag, 'notSelector' if prefix else 'selector')
            self.canvas.write(tag.value, f"{name} == ''", tag.owner)
            return
        self.canvas.drop(tag)
        node = scalar(selector)
        if node is not None and NAMESPACE_PREFIX in node.value and self.api == 'v2':
            self.say_namespaces(selector)
            return
        if node is not None and not accepts(node.value.rstrip('\n')):
            # Parentheses around what cannot be read could make something else of it.
            message = explain(node.value.rstrip('\n')).message
            self.canvas.say(node, f'this selector is none: {message}', selector.span)
            return
        self.selector(selector, f") {'||' if prefix else '&&'} {name} == ''")

    def rule_selector(
        self, selector: Entry | None, namespaces: Entry | None, negated: bool
    ) -> None:
        node = scalar(selector)
        if selector is None or node is None:
            return
        text = node.value.rstrip('\n')
        tree = parse(text)
        # With this anywhere in its text a selector reached into other namespaces:
        # libcalico-go at v2.0.0-alpha1, lib/backend/syncersv1/updateprocessors/rules.go
        if self.api != 'v2' or NAMESPACE_PREFIX not in text or tree is None:
            self.selector(selector)
            return
        if not any(label.startswith(NAMESPACE_PREFIX) for label in labels(tree)):
            if self.kind == GLOBAL:
                self.selector(selector)
            else:
                self.say_namespaces(selector)
            return
        parts = parted(text)
        if negated or namespaces is not None or parts is None:
            self.say_namespaces(selector)
            return
        self.canvas.reach(node)
        value = ' && '.join(map(unprefixed, parts.namespaces))
        if parts.own:
            shown = self.canvas.shown(value, selector.owner)
            self.canvas.insert(selector, 'namespaceSelector', shown)
            self.canvas.write(node, ' && '.join(parts.own), selector.owner)
        else:
            self.canvas.rename(selector, 'namespaceSelector')
            self.canvas.write(node, value, selector.owner)

    def say_namespaces(self, selector: Entry) -> None:
        self.canvas.say(
            selector.value,
            f'what {NAMESPACE_PREFIX} says of namespaces belongs into namespaceSelector, and this '
            'cannot be taken apart: write a selector and a namespaceSelector',
            selector.span,
        )

    def selector(self, entry: Entry | None, and_more: str = '') -> None:
        """Rename labels, and put the selector into parentheses before something more."""
        node = scalar(entry)
        if entry is None or node is None or entry.is_null:
            return
        self.canvas.reach(node)
        body = node.value.rstrip('\n')
        changes: list[Change] = [*renamed(body, LABELS[self.api], PREFIXES[self.api])]
        if and_more:
            changes = [(0, 0, '('), *changes, (len(body), len(body), and_more)]
        if body != node.value and node.style in ('|', '>'):
            self.canvas.chomp(node)
            if not changes:
                self.canvas.settle(node)
        elif body != node.value:
            changes.append((len(body), len(node.value), ''))
        if changes:
            self.canvas.edit(node, _joined(changes), entry.owner)

    # ---- Both ------------------------------------------------------------------------------------

    def reach(self, node: MappingNode) -> dict[str, Entry]:
        """The entries of a mapping, which is what it is taken for, as are those merged into it."""
        waiting = [node]
        while waiting:
            one = waiting.pop()
            self.canvas.reach(one)
            for key, value in one.entries:
                if is_merge(key):
                    found = value.items if isinstance(value, SequenceNode) else [value]
                    waiting += (item for item in found if isinstance(item, MappingNode))
        return entries(node)

    def word(self, entry: Entry | None, right: str) -> None:
        if entry is None:
            return
        if isinstance(entry.value, Scalar):
            self.canvas.reach(entry.value)
            self.canvas.write(entry.value, right, entry.owner)


def _joined(changes: list[Change]) -> list[Change]:
    """The changes in order, those that touch made one."""
    joined: list[Change] = []
    for start, end, new in changes:
        if joined and start == joined[-1][1]:
            joined[-1] = joined[-1][0], end, joined[-1][2] + new
        else:
            joined.append((start, end, new))
    return joined


def document_name(node: MappingNode) -> tuple[Scalar | None, str]:
    """Where the name of an object stands, and its namespace."""
    metadata = mapping(entries(node).get('metadata'))
    found = {} if metadata is None else entries(metadata)
    return scalar(found.get('name')), text_in(found, 'namespace')
