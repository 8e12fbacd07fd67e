"""A host endpoint does not say which host or interface it is.

Calico refuses it, and the interface stays without policy. A host endpoint needs a `node`, and an
`interfaceName` (`*` for all of them, or at most 15 characters) or `expectedIPs` (addresses without
a prefix length).

```yaml bad
apiVersion: projectcalico.org/v3
kind: HostEndpoint
metadata:
  name: node-1-eth0
spec:
  node: node-1
```

```yaml good
apiVersion: projectcalico.org/v3
kind: HostEndpoint
metadata:
  name: node-1-eth0
spec:
  node: node-1
  interfaceName: eth0
  expectedIPs: [192.0.2.1]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico import names, nets
from linter.calico.document import Document
from linter.calico.misplaced import missing
from linter.calico.values import Leaf
from linter.catalogue.rule import finding_at, finding_at_key, rule
from linter.diagnostic import Finding
from linter.text.lazy_regex import lazy
from linter.text.suggest import quoted

GROUP = 'nets'

_INTERFACE = lazy(r'(?:\*|[a-zA-Z0-9_.-]{1,15})\Z')


@rule('document', kinds=('HostEndpoint',))
def check(document: Document, _: Document) -> Iterator[Finding]:
    spec = document.spec
    if spec is None:
        if 'spec' not in document.root.fields:
            yield finding_at_key(
                'hep-spec-missing',
                document.root,
                'HostEndpoint has no spec: add spec with a node',
                same_mistake=('spec', document.root.span.start),
            )
        return
    node = spec.leaf('node')
    if 'node' not in spec.fields:
        empty = spec.nulls.get('node')
        message = 'the host endpoint says no node: add the name of the node'
        yield (
            finding_at('hep-node', empty, message)
            if empty
            else finding_at_key(
                'hep-node', spec, message, same_mistake=missing(spec, 'node', document)
            )
        )
    elif node is not None:
        if not node.text:
            yield finding_at('hep-node', node, 'node is empty: write the name of the node')
        elif not names.is_subdomain(node.text):
            yield finding_at(
                'hep-node-name',
                node,
                f'{quoted(node.text)} is not the name of a node: it '
                "consists of a-z, 0-9, '-' and '.'",
            )
    interface = spec.leaf('interfaceName')
    if interface is not None and interface.text:
        if len(interface.text) > 15:
            yield finding_at(
                'hep-interface-long',
                interface,
                f'{quoted(interface.text)} has '
                f'{len(interface.text)} characters, and an interface name at most 15',
            )
        elif not _INTERFACE.match(interface.text):
            yield finding_at(
                'hep-interface',
                interface,
                f'{quoted(interface.text)} is not the name of an '
                "interface: write one such as eth0, or '*' for all",
            )
    if (
        not spec.text('interfaceName')
        and not spec.items('expectedIPs')
        # wrong-type speaks of what is no list.
        and not isinstance(spec.fields.get('expectedIPs'), Leaf)
        and not (interface is None and 'interfaceName' in spec.fields)
    ):
        yield finding_at_key(
            'hep-target',
            spec,
            'the host endpoint says neither interfaceName nor expectedIPs: add one of them',
            same_mistake=missing(spec, 'interfaceName', document)
            or missing(spec, 'expectedIPs', document),
        )
    for leaf in spec.leaves('profiles'):
        if not names.is_subdomain(leaf.text):
            yield finding_at(
                'hep-profile',
                leaf,
                f'{quoted(leaf.text)} is not the name of a profile: it '
                "consists of a-z, 0-9, '-' and '.'",
            )
    for leaf in spec.leaves('expectedIPs'):
        net = nets.parse(leaf.text)
        if net is None or net.prefix is not None:
            address = leaf.text.partition('/')[0]
            advice = f'write {address}' if nets.parse(address) else 'write one such as 192.0.2.1'
            yield finding_at('hep-ip', leaf, f'{quoted(leaf.text)} is not an address: {advice}')
