"""The name of an object or tier is not one that Calico accepts.

The object is refused. Names are in lower case: letters, digits, `-` and, for most kinds, dots, at
most 253 characters. A NetworkPolicy or GlobalNetworkPolicy may have one dot (none before Calico
3.29), a Tier none and at most 63 characters.

```yaml bad
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: Allow_Web
  namespace: shop
spec:
  types: [Ingress]
```

```yaml bad
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata:
  name: team.shop.web
spec:
  types: [Ingress]
```

```yaml good
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: allow-web
  namespace: shop
spec:
  types: [Ingress]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico import names
from linter.calico.document import Document
from linter.calico.values import Leaf, Object
from linter.catalogue.rule import finding_at, rule
from linter.diagnostic import Finding, MistakeKey
from linter.text.suggest import quoted

GROUP = 'names'

_RULE = "it consists of a-z, 0-9, '-' and '.', and each part starts and ends with a letter or digit"


@rule('Metadata')
def check(metadata: Object, document: Document) -> Iterator[Finding]:
    leaf = metadata.leaf('name')
    if leaf is None or not leaf.text or metadata.parent is not document.root:
        return
    if document.api == 'v2':
        yield from _page(leaf)
        return
    name = leaf.text
    same = ('name', leaf.node.start)
    excess = names.size(name) - 253
    if excess > 0:
        yield finding_at(
            'name-too-long',
            leaf,
            f'the name has {names.size(name)} bytes, and Calico allows 253: shorten it',
            same_mistake=same,
        )
    if not names.is_subdomain(name):
        better = names.suggestion(name)
        advice = f', such as {quoted(better)}' if better else ''
        fact = 'name-charset' if document.is_policy or document.kind == 'Tier' else 'resource-name'
        yield finding_at(
            fact, leaf, f'{quoted(name)} is not a legal name: {_RULE}{advice}', same_mistake=same
        )
        return
    kind = document.kind
    if kind in ('NetworkPolicy', 'StagedNetworkPolicy'):
        if name.startswith(names.KUBERNETES_DERIVED):
            return
        if name.count('.') > 1:
            yield finding_at(
                'policy-name',
                leaf,
                f'{quoted(name)} has more than one dot, and the name of a '
                f'{kind} may have one only: write {quoted(_dashes(name, document))}',
                same_mistake=same,
            )
        elif '.' in name:
            same = _of_tier(document) or same
            yield finding_at(
                'policy-name-dot',
                leaf,
                f'{quoted(name)} has a dot, which Calico allows in the name '
                f'of a {kind} since 3.29 only: write {quoted(name.replace(".", "-"))}',
                same_mistake=same,
            )
    elif kind in ('GlobalNetworkPolicy', 'StagedGlobalNetworkPolicy'):
        if name.count('.') > 1:
            yield finding_at(
                'global-policy-name',
                leaf,
                f'{quoted(name)} has more than one dot, and the name of a '
                f'{kind} may have one only: write {quoted(_dashes(name, document))}',
                same_mistake=same,
            )
        elif '.' in name:
            same = _of_tier(document) or same
            yield finding_at(
                'global-policy-name-dot',
                leaf,
                f'{quoted(name)} has a dot, which Calico allows in the name '
                f'of a {kind} since 3.29 only: write {quoted(name.replace(".", "-"))}',
                same_mistake=same,
            )
    elif kind == 'Tier':
        if '.' in name:
            yield finding_at(
                'tier-name',
                leaf,
                f'{quoted(name)} has a dot, which the name of a Tier must not '
                f'have: write {quoted(name.replace(".", "-"))}',
                same_mistake=same,
            )
        elif len(name) > 63:
            yield finding_at(
                'tier-name',
                leaf,
                f'the name of a Tier has at most 63 characters, this one {len(name)}: shorten it',
                same_mistake=same,
            )


def _of_tier(document: Document) -> MistakeKey | None:
    """The mistake that tiers are not known yet, from which a name with a dot follows."""
    later = any(one.kind == 'later' and one.name == 'tier' for one in document.problems)
    return ('tier', document.root.node.start) if later else None


@rule('Spec')
def check_tier(spec: Object, document: Document) -> Iterator[Finding]:
    leaf = spec.leaf('tier')
    if leaf is None or not leaf.text or not document.is_policy:
        return
    if not names.is_subdomain(leaf.text):
        better = names.suggestion(leaf.text)
        advice = f', such as {quoted(better)}' if better else ''
        yield finding_at(
            'tier-field-charset',
            leaf,
            f'{quoted(leaf.text)} is not a legal tier name: it consists of '
            f"a-z, 0-9 and '-', and starts and ends with a letter or digit{advice}",
        )
    elif len(leaf.text) > 63:
        yield finding_at(
            'tier-field-too-long',
            leaf,
            f'the name of a tier has at most 63 characters, this one '
            f'{len(leaf.text)}: no such tier can exist',
        )


def _dashes(name: str, document: Document) -> str:
    """The name without its dots but the one behind its tier, which every version takes."""
    head, _, tail = name.partition('.')
    spec = document.spec
    if spec is not None and spec.text('tier') == head:
        return f'{head}.{tail.replace(".", "-")}'
    return name.replace('.', '-')


def _page(leaf: Leaf) -> Iterator[Finding]:
    name = leaf.text
    if not names.V2_NAME.match(name):
        advice = (
            f'it has at most 128 characters, this one {len(name)}'
            if len(name) > 128
            else "it consists of letters, digits, '.', '_', '-' and '/'"
        )
        yield finding_at('v2-name', leaf, f'{quoted(name)} is not a legal name: {advice}')
    elif '/' in name:
        yield finding_at(
            'v2-name-slash',
            leaf,
            f'{quoted(name)} has a slash, and the v2 pre-release stored such a policy but never '
            f'enforced it: write {quoted(name.replace("/", "-"))}',
        )
