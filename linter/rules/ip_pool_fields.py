"""The fields of an IP pool do not fit together.

Calico refuses the pool, so no address is given out of it. A pool needs a `cidr` without host bits
that is large enough for its `blockSize` and is not link-local; `ipipMode` and `vxlanMode` exclude
each other, and IPIP is for IPv4 only. A pool for load balancers serves all nodes, is announced
over BGP and has no encapsulation; one for tunnels (as every pool is that does not say what it is
for) has no `namespaceSelector`.

The fix, of host bits in the CIDR, is unsafe: another prefix length may have been meant.

```yaml bad
apiVersion: projectcalico.org/v3
kind: IPPool
metadata:
  name: pool
spec:
  cidr: 10.0.0.1/16
```

```yaml good
apiVersion: projectcalico.org/v3
kind: IPPool
metadata:
  name: pool
spec:
  cidr: 10.0.0.0/16
  blockSize: 26
  ipipMode: Never
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico import nets
from linter.calico.document import Document
from linter.calico.repair import write
from linter.calico.values import Array, Leaf, Object
from linter.catalogue.rule import finding_at, finding_at_key, rule
from linter.diagnostic import Finding
from linter.text.suggest import quoted
from linter.yaml.edit import UNSAFE

GROUP = 'nets'

_ON = ('Always', 'CrossSubnet')


@rule('document', kinds=('IPPool',))
def check(document: Document, _: Document) -> Iterator[Finding]:
    spec = document.spec
    if spec is None:
        if 'spec' not in document.root.fields:
            yield finding_at_key(
                'pool-cidr-missing',
                document.root,
                'IPPool has no spec: add spec with a cidr',
                same_mistake=('spec', document.root.span.start),
            )
        return
    yield from _uses(spec)
    cidr = spec.leaf('cidr')
    net = nets.parse(cidr.text) if cidr is not None else None
    if cidr is None:
        return
    if net is None or net.prefix is None:
        yield finding_at(
            'pool-cidr',
            cidr,
            f'{quoted(cidr.text)} is not a network: write one such as 10.0.0.0/16'
            if net is None
            else f'{quoted(cidr.text)} is an address, and a pool is a network: '
            f'write {cidr.text}/{net.bits}, or the network that it is part of',
        )
        return
    if not net.masked:
        yield finding_at(
            'pool-host-bits',
            cidr,
            f'{quoted(cidr.text)} has host bits set: write {net.network}',
            fix=write(document.source.text, cidr, net.network, UNSAFE),
        )
    yield from _size(spec, cidr, net, net.prefix)
    yield from _modes(spec, net)


def _size(spec: Object, cidr: Leaf, net: nets.Net, prefix: int) -> Iterator[Finding]:
    low, high, usual = (20, 32, 26) if net.family == 4 else (116, 128, 122)
    size = spec.leaf('blockSize')
    blocks = size.value if size is not None and size.value else usual
    if size is not None and size.value:
        message = (
            f'the blockSize of an IPv{net.family} pool is from {low} to {high}: change {size.value}'
        )
        if not 0 <= size.value <= 128:
            yield finding_at('pool-block-size-limit', size, message)
        elif not low <= size.value <= high:
            yield finding_at('pool-block-size', size, message)
    is_mapped = net.family == 4 and net.bits == 128
    if is_mapped:
        yield finding_at(
            'pool-mapped',
            cidr,
            f'{quoted(cidr.text)} is an IPv4 network written as IPv6, which CRDs refuse: '
            f'write {nets.unmapped(net).network}',
        )
    disabled = spec.leaf('disabled')
    is_small = (
        f'{quoted(cidr.text)} is smaller than one block of /{blocks}: '
        f'write a prefix of at most {blocks}'
    )
    same = ('pool-size', cidr.span.start)
    if not (disabled is not None and disabled.value is True):
        if prefix - (96 if is_mapped else 0) > blocks:
            yield finding_at('pool-size', cidr, is_small, same_mistake=same)
        elif prefix > blocks:
            # Up to 3.32 Calico compares the prefix length as it is written.
            yield finding_at('pool-size-mapped', cidr, is_small, same_mistake=same)
    if nets.overlap(net, _LINK_LOCAL[net.family]):
        yield finding_at(
            'pool-link-local',
            cidr,
            f'{quoted(cidr.text)} overlaps the link-local range '
            f'{_LINK_LOCAL[net.family].network}: choose another network',
        )


def _network(text: str) -> nets.Net:
    net = nets.parse(text)
    assert net is not None
    return net


_LINK_LOCAL = {4: _network('169.254.0.0/16'), 6: _network('fe80::/10')}


def _modes(spec: Object, net: nets.Net) -> Iterator[Finding]:
    on = _modes_on(spec)
    if len(on) == 2:
        yield finding_at(
            'pool-both-modes',
            on[1],
            'ipipMode and vxlanMode cannot both be on: set one of them to Never',
            related=((on[0].span, 'the other one'),),
        )
    ipip = spec.leaf('ipipMode')
    if net.bits == 128 and ipip is not None and ipip.text in _ON:
        # A CRD takes every network that is written as IPv6 for one.
        fact = 'pool-ipip-v6' if net.family == 6 else 'pool-ipip-mapped'
        yield finding_at(fact, ipip, 'an IPv6 pool has no IPIP: write Never')


def _modes_on(spec: Object) -> list[Leaf]:
    modes = (spec.leaf('ipipMode'), spec.leaf('vxlanMode'))
    return [mode for mode in modes if mode is not None and mode.text in _ON]


def _uses(spec: Object) -> Iterator[Finding]:
    """What the uses of a pool rule out; without any, those are Workload and Tunnel."""
    uses = spec.fields.get('allowedUses')
    leaves = list(spec.leaves('allowedUses'))
    words = {leaf.text: leaf for leaf in leaves}
    balancer, tunnel = words.get('LoadBalancer'), words.get('Tunnel')
    if balancer is not None and isinstance(uses, Array):
        yield finding_at(
            'pool-load-balancer',
            balancer,
            'LoadBalancer is a use of pools since Calico 3.30: remove it',
        )
        if len(words) > 1:
            yield finding_at_key(
                'pool-uses', uses, 'LoadBalancer stands alone in allowedUses: remove the others'
            )
        elif on := _modes_on(spec):
            yield finding_at(
                'pool-uses', on[0], 'a LoadBalancer pool has no encapsulation: write Never'
            )
        nodes = spec.leaf('nodeSelector')
        if nodes is not None and nodes.text != 'all()':
            yield finding_at(
                'pool-nodes' if nodes.text else 'pool-nodes-empty',
                nodes,
                'a LoadBalancer pool serves all nodes: write all(), or remove nodeSelector',
            )
        export = spec.leaf('disableBGPExport')
        if export is not None and export.value is True:
            yield finding_at(
                'pool-export',
                export,
                'a LoadBalancer pool is announced over BGP: write false, or remove '
                'disableBGPExport',
            )
    namespaces = spec.leaf('namespaceSelector')
    if namespaces is not None and namespaces.text:
        if tunnel is not None:
            yield finding_at_key(
                'pool-tunnel-namespaces',
                namespaces,
                'the addresses of tunnels are of no namespace: remove namespaceSelector, or take '
                'Tunnel out of allowedUses',
            )
        elif not leaves and (uses is None or isinstance(uses, Array)):
            yield finding_at_key(
                'pool-tunnel-namespaces-by-default',
                namespaces,
                'the addresses of tunnels are of no namespace, and a pool is for tunnels too '
                'where it says nothing else: add allowedUses: [Workload]',
            )
