"""A rule of an old API, part by part: its action, protocol, nets, tags and selectors."""

from __future__ import annotations

from linter.calico.names import qualified_problem
from linter.calico.selector.accept import accepts, explain
from linter.calico.selector.meaning import parse
from linter.migrate.edit_plan import EditPlan
from linter.migrate.entries import (
    Entry,
    entries,
    mapping,
    scalar,
    sequence,
    string,
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
    GLOBAL,
    LABELS,
    NAMESPACE_PREFIX,
    PREFIXES,
    new_net,
    new_protocol,
)
from linter.yaml.aliases import is_merge
from linter.yaml.nodes import (
    MappingNode,
    Node,
    Scalar,
    SequenceNode,
)


class RuleConverter:
    """Writes into a plan of edits what makes v3 of a rule."""

    def __init__(self, plan: EditPlan, api: str, clashes: dict[int, str]) -> None:
        self.plan = plan
        self.api = api
        # By the identity of a name's node, why it cannot be what it would become.
        self.clashes = clashes
        self.kind = ''

    def reach(self, node: MappingNode) -> dict[str, Entry]:
        """The entries of a mapping, which is what it is taken for, as are those merged into it."""
        waiting = [node]
        while waiting:
            one = waiting.pop()
            self.plan.reach(one)
            for key, value in one.entries:
                if is_merge(key):
                    found = value.items if isinstance(value, SequenceNode) else [value]
                    waiting += (item for item in found if isinstance(item, MappingNode))
        return entries(node)

    def word(self, entry: Entry | None, right: str) -> None:
        if entry is None:
            return
        if isinstance(entry.value, Scalar):
            self.plan.reach(entry.value)
            self.plan.write(entry.value, right, entry.owner)

    def rule(self, node: Node) -> None:
        if not isinstance(node, MappingNode):
            if isinstance(node, Scalar) and value_of(node) is None:
                self.plan.say(
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
            self.plan.say(
                place,
                'a rule without an action was once read as allow: '
                'write action: Allow if that is what it is for',
                covers,
            )
        elif isinstance(entry.value, Scalar):
            self.plan.reach(entry.value)
            right = ACTIONS.get(entry.value.value.lower())
            if right is not None and right != entry.value.value:
                self.plan.write(entry.value, right, entry.owner)

    def protocol(self, entry: Entry, node: Scalar) -> None:
        self.plan.reach(node)
        right = new_protocol(string(node))
        if right is None or (right == node.value and not (node.style and right.isdigit())):
            return
        if right.isdigit():
            if node.style:
                self.plan.token(node, right)
        else:
            self.plan.write(node, right, entry.owner)

    def entity(self, node: MappingNode) -> None:
        """The source or the destination of a rule."""
        found = self.reach(node)
        for prefix in ('', 'not'):
            self.nets(found.get(f'{prefix}net'), found.get(f'{prefix}nets'), prefix)
            selector, tag = found.get(f'{prefix}selector'), found.get(f'{prefix}tag')
            if tag is not None and not tag.is_blank:
                self.tag(tag, selector, prefix)
                continue
            self.plan.drop(tag)
            self.rule_selector(selector, found.get('namespaceselector'), bool(prefix))

    def nets(self, single: Entry | None, several: Entry | None, prefix: str) -> None:
        """``net`` goes to the end of ``nets``; all of them lose their host bits."""
        if several is not None and several.is_null:
            self.plan.drop(several)
            several = None
        seen: set[str] = set()
        kept: int | None = None
        existing = sequence(several)
        if existing is not None:
            self.plan.reach(existing)
            for number, item in enumerate(existing.items):
                if not isinstance(item, Scalar):
                    kept = number
                    continue
                self.plan.reach(item)
                right = new_net(string(item))
                if right in seen:
                    self.plan.drop_item(existing, number)
                    continue
                kept = number
                seen.add(right)
                if right != item.value:
                    self.plan.write(item, right, existing)
        if single is None or single.is_blank:
            self.plan.drop(single)
            return
        if not isinstance(single.value, Scalar):
            return
        self.plan.reach(single.value)
        right = new_net(string(single.value))
        if several is not None and existing is not None:
            self.plan.drop(single)
            if right not in seen:
                self.plan.append(several, existing, right, kept, single.value)
        elif several is None:
            self.plan.rename(single, 'notNets' if prefix else 'nets')
            self.plan.token(single.value, self.listed(single.value, right))

    def listed(self, node: Scalar, text: str) -> str:
        """A list of one, in the quotes of what it is made of."""
        quote = node.style if node.style in ('"', "'") else ''
        if quote:
            return f'[{quote}{text}{quote}]'
        flow = MappingNode(True, None, 0, 0)
        return f'[{self.plan.shown(text, flow)}]'

    def tag(self, tag: Entry, selector: Entry | None, prefix: str) -> None:
        """A tag is a label now, an empty one: so the upgrade gives it to profiles, and asks for it.

        Of a ``notSelector`` beside a ``notTag`` the upgrade joined the two with ``&&``, which makes
        them match less, and so the rule more; Felix let a rule match only where neither did.
        https://github.com/projectcalico/calico/blob/release-v3.0/felix/calc/rule_scanner.go
        """
        if not isinstance(tag.value, Scalar):
            return
        self.plan.reach(tag.value)
        name = string(tag.value)
        wrong = qualified_problem(name)
        if wrong is not None:
            self.plan.say(
                tag.value,
                f'a tag becomes a label of the endpoints, and {wrong}: '
                'give them another label, and select that',
                tag.span,
            )
            return
        if selector is not None and selector.is_blank:
            self.plan.drop(selector)
            selector = None
        if selector is None:
            self.plan.rename(tag, 'notSelector' if prefix else 'selector')
            self.plan.write(tag.value, f"{name} == ''", tag.owner)
            return
        self.plan.drop(tag)
        node = scalar(selector)
        if node is not None and NAMESPACE_PREFIX in node.value and self.api == 'v2':
            self.say_namespaces(selector)
            return
        if node is not None and not accepts(node.value.rstrip('\n')):
            # Parentheses around what cannot be read could make something else of it.
            message = explain(node.value.rstrip('\n')).message
            self.plan.say(node, f'this selector is none: {message}', selector.span)
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
        self.plan.reach(node)
        value = ' && '.join(map(unprefixed, parts.namespaces))
        if parts.own:
            shown = self.plan.shown(value, selector.owner)
            self.plan.insert(selector, 'namespaceSelector', shown)
            self.plan.write(node, ' && '.join(parts.own), selector.owner)
        else:
            self.plan.rename(selector, 'namespaceSelector')
            self.plan.write(node, value, selector.owner)

    def say_namespaces(self, selector: Entry) -> None:
        self.plan.say(
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
        self.plan.reach(node)
        body = node.value.rstrip('\n')
        changes: list[Change] = [*renamed(body, LABELS[self.api], PREFIXES[self.api])]
        if and_more:
            changes = [(0, 0, '('), *changes, (len(body), len(body), and_more)]
        if body != node.value and node.style in ('|', '>'):
            self.plan.chomp(node)
            if not changes:
                self.plan.settle(node)
        elif body != node.value:
            changes.append((len(body), len(node.value), ''))
        if changes:
            self.plan.edit(node, _joined(changes), entry.owner)


def _joined(changes: list[Change]) -> list[Change]:
    """The changes in order, those that touch made one."""
    joined: list[Change] = []
    for start, end, new in changes:
        if joined and start == joined[-1][1]:
            joined[-1] = joined[-1][0], end, joined[-1][2] + new
        else:
            joined.append((start, end, new))
    return joined
