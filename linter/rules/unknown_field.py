"""A key is not a field of the object in which it stands.

calicoctl and the Calico API server refuse the document. Where kubectl writes CRDs without strict
validation, the key vanishes without a word, and what it limited is no longer limited: a rule that
loses its `ports` allows every port. The message names the field that was probably meant, or where
the field belongs; many words of Kubernetes, Cilium and other firewalls have one. It never names the
opposite: what resembles `notSelector`, say, is left to you. Do not just remove a key that may limit
what a rule matches: without it the rule matches more.

The fix is unsafe: it writes the field that was probably meant, and another one may have been.

```yaml bad
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  types: [Ingress]
  ingress:
  - action: Allow
    protocol: TCP
    ports: [80]
```

```yaml bad
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  slector: role == 'web'
  types: [Ingress]
```

```yaml bad
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  types: [Ingress]
  ingress:
  - action: Allow
    source:
      serviceAccountSelector: role == 'web'
```

```yaml good
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  selector: role == 'web'
  types: [Ingress]
  ingress:
  - action: Allow
    protocol: TCP
    destination:
      ports: [80]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico.decoded import Problem
from linter.calico.document import Document
from linter.calico.lost_dash import fix_in_spec, rule_keys_in_spec
from linter.calico.misplaced import (
    Meaning,
    in_metadata,
    meaning,
    neighbour,
    owner_name,
    part_of,
    right_place,
    stands_for,
    strays,
)
from linter.calico.rendered import pieces
from linter.calico.replacement import fix_of, shown
from linter.calico.schema_files import read_schema
from linter.calico.values import Object
from linter.catalogue.rule import rule
from linter.diagnostic import Finding, MistakeKey
from linter.text.edit import Fix
from linter.text.lazy_regex import lazy
from linter.text.source import Span
from linter.text.suggest import listing, quoted
from linter.yaml.nodes import Node

GROUP = 'fields'


@rule('problem:unknown')
def check(problem: Problem, document: Document) -> Iterator[Finding]:
    if neighbour(problem, document) is not None or problem.key is None:
        return
    if _is_told_by_the_reader(problem, document):
        return
    stray = rule_keys_in_spec(document)
    if any(problem is one for one in stray):
        if problem is stray[0]:
            yield _lost_dash(stray, document)
        return
    key = problem.key
    together = strays(document).get(id(key))
    if together is not None:
        if problem is together[0]:
            yield _misplaced(together, document)
        return
    meant = meaning(problem, document)
    strange = problem.name.lstrip() != problem.name
    fix: Fix | None = None
    place = right_place(problem, document)
    if meant is not None and (place is None or meant.is_case):
        advice = _advice(problem, document, meant)
        fix = fix_of(problem, document, meant)
    else:
        advice = _STRANGE if strange else place or _without(problem, document)
    path = problem.value.yaml_path if problem.value is not None else None
    fact = (
        'unknown-metadata'
        if problem.value is not None and in_metadata(problem.value)
        else 'unknown-field'
    )
    name = f'{quoted(problem.name)} is not a field of {owner_name(problem.owner, document)}'
    same = stands_for(problem, meant)
    if problem.owner is document.root:
        if problem.name == 'status':
            same = ('exported', document.root.node.start)
        elif meant is not None and meant.field == 'metadata':
            same = ('name', document.root.span.start)
    yield Finding(
        fact,
        Span(key.start, key.end),
        f'{name}: {advice}',
        fix=fix,
        yaml_path=path,
        same_mistake=same,
        is_root=True,
    )


def _misplaced(together: tuple[Problem, ...], document: Document) -> Finding:
    """Keys that all belong to the same part of the document: one mistake."""
    first = together[0]
    assert first.key is not None
    part = part_of(first, document)
    advice = f'write it in {part}, and the other keys of {part} with it'
    if part not in document.root.fields:
        advice = f'write {part}: above it, and indent what belongs to it'
    names = {one.name for one in together}
    same: MistakeKey | None = None
    if part not in document.root.fields and (part == 'spec' or 'name' in names):
        same = 'spec' if part == 'spec' else 'name', document.root.span.start
    return Finding(
        'unknown-metadata' if first.owner is document.metadata else 'unknown-field',
        Span(first.key.start, first.key.end),
        f'{quoted(first.name)} is not a field of {owner_name(first.owner, document)}: {advice}',
        related=tuple(
            (Span(one.key.start, one.key.end), f'so is {one.name} of {part}')
            for one in together[1:]
            if one.key is not None
        ),
        yaml_path=first.value.yaml_path if first.value is not None else None,
        same_mistake=same,
        is_root=True,
    )


def _advice(problem: Problem, document: Document, meant: Meaning) -> str:
    """What to write instead."""
    if not meant.field:
        return meant.advice
    node = problem.value.node if problem.value is not None else None
    several = pieces(node) if meant.value == 'protocol' and node is not None else None
    if several is not None and len(several) > 1:
        return f'write a rule for each of {listing(several, "and")}, with its protocol'
    if meant.field.startswith('/metadata.'):
        name = meant.field.removeprefix('/metadata.')
        return 'write it in metadata' + ('' if name == problem.name else f', as {name}')
    owner = problem.owner
    assert isinstance(owner, Object)
    if meant.field.startswith('../'):
        above = owner.parent
        assert isinstance(above, Object)
        field = meant.field[3:]
        if field.partition('.')[0] in above.fields and '.' not in field:
            return f'{field} is there one level up, too, so keep one of the two'
        where = 'the rule itself' if above.type == 'Rule' else f'the {above.name}'
        return f'write {shown(problem, document, field, meant.value)} one level up, in {where}'
    if meant.value == 'nets' and node is not None and _are_names(node):
        return 'Calico matches addresses, not names, so list the addresses in nets'
    first = meant.field.partition('.')[0]
    if first in owner.fields:
        return f'{first} is there already, so write it there'
    entry = shown(problem, document, meant.field, meant.value)
    if owner.type == 'HTTPPath' and meant.value == 'path':
        if entry.endswith('…'):
            return (
                'write exact: or prefix: with a plain path, because Calico understands no pattern'
            )
        return f'write {entry}, or prefix: for all paths that begin so'
    return f'write {entry}'


def _are_names(node: Node) -> bool:
    """Whether something that stands for networks is made of names."""
    words = pieces(node)
    return words is not None and all(_NAME.match(word) for word in words)


_NAME = lazy(r'(?=[^:]*[A-Za-z])[\w-]+(?:\.[\w-]+)*\.?\Z')


def _without(problem: Problem, document: Document) -> str:
    """What to do about a key that nobody knows."""
    owner = problem.owner
    if not isinstance(owner, Object):
        return 'remove it'
    if document.api == 'v2' and _is_of_v3(problem.name, owner, document):
        return 'only projectcalico.org/v3 has it'
    traffic = owner if owner.type in _RULES else next(filter(None, map(owner.up, _RULES)), None)
    if traffic is not None and owner.type not in ('RuleMetadata', 'map'):
        others = [
            name
            for name, value in traffic.fields.items()
            if name not in ('action', 'metadata')
            and not (isinstance(value, Object) and not value.fields)
        ]
        what = 'more' if others else 'everything'
        return f'write the field that is meant; without it the rule matches {what}'
    is_policy = document.is_policy or document.kind == 'StagedKubernetesNetworkPolicy'
    chosen = owner.text('selector') or owner.object('podSelector')
    if owner.type == 'Spec' and is_policy and not chosen:
        where = 'of its namespace' if document.is_namespaced else 'there is'
        return (
            'write the field that is meant; without it the policy applies to every '
            f'endpoint {where}'
        )
    if owner.type == 'RuleMetadata' or in_metadata(owner) or owner is document.metadata:
        return 'remove it'
    fields = problem.schema.get('properties', {})
    known = [name for name in fields if 'x-calico-until' not in fields[name] and name != 'status']
    if 0 < len(known) <= _FEW:
        verb = 'is' if len(known) == 1 else 'are'
        return f'write the field that is meant; there {verb} {listing(known, "and")}'
    return 'write the field that is meant; remove it only where it limits nothing'


_STRANGE = 'it begins with a blank that YAML takes for a letter, so write plain blanks before it'
# So many fields can be said in a sentence.
_FEW = 5
_RULES = ('Rule', 'IngressRule', 'EgressRule')


def _is_of_v3(name: str, owner: Object, document: Document) -> bool:
    definition = read_schema('v3', document.kind)['$defs'].get(owner.type, {})
    return name in definition.get('properties', {})


def _lost_dash(stray: tuple[Problem, ...], document: Document) -> Finding:
    """Keys of a rule that stand in spec, one beside the other: one mistake."""
    first = stray[0]
    assert first.key is not None
    fix, after = fix_in_spec(document, stray)
    advice = (
        f'a rule lost its dash here, so write - {first.name} and indent the rule like those of '
        f'{after}'
        if after
        else f'write - {first.name} under ingress: or egress:, with the rest of the rule below it'
    )
    where = owner_name(first.owner, document)
    return Finding(
        'unknown-field',
        Span(first.key.start, first.key.end),
        f'{quoted(first.name)} is not a field of {where}: {advice}',
        related=tuple(
            (Span(one.key.start, one.key.end), 'this belongs to the same rule')
            for one in stray[1:]
            if one.key is not None
        ),
        fix=fix,
        yaml_path=first.value.yaml_path if first.value is not None else None,
    )


def _is_told_by_the_reader(problem: Problem, document: Document) -> bool:
    """A misspelt apiVersion or kind: without them the document has neither."""
    owner = problem.owner
    if not isinstance(owner, Object) or owner.parent is not None:
        return False
    meant = meaning(problem, document)
    return (
        meant is not None
        and meant.field in ('apiVersion', 'kind')
        and meant.field not in owner.fields
    )
