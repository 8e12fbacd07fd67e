"""The fields of an IP pool do not fit together.

Calico refuses the pool, so no address is given out of it. A pool needs a `cidr` without host bits
that is large enough for its `blockSize` and is not link-local; `ipipMode` and `vxlanMode` exclude
each other, and IPIP is for IPv4 only.

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


@rule('document', kinds=('IPPool',))
def check(document: Document, _: Document) -> Iterator[Finding]:
    spec = document.spec
    if spec is None:
        if 'spec' not in document.root.fields:
            yield finding_at_key(
                'pool-cidr-missing', document.root, 'IPPool has no spec: add spec with a cidr'
            )
        return
    cidr = spec.leaf('cidr')
    net = nets.parse(cidr.text) if cidr is not None else None
    if cidr is None or net is None:
        if cidr is not None:
            yield finding_at(
                'pool-cidr',
                cidr,
                f'{quoted(cidr.text)} is not a network: write one such as 10.0.0.0/16',
            )
        return
    family = 4 if net.bits == 32 else 6
    if not net.masked:
        yield finding_at(
            'pool-cidr',
            cidr,
            f'{quoted(cidr.text)} has host bits set: write {net.network}',
            fix=write(document.source.text, cidr, net.network, UNSAFE),
        )
    yield from _size(spec, cidr, net, family)
    yield from _modes(spec, family, document)


def _size(spec: Object, cidr: Leaf, net: nets.Net, family: int) -> Iterator[Finding]:
    low, high, usual = (20, 32, 26) if family == 4 else (116, 128, 122)
    size = spec.leaf('blockSize')
    blocks = size.value if size is not None and size.value else usual
    if size is not None and size.value and not low <= size.value <= high:
        yield finding_at(
            'pool-block-size',
            size,
            f'the blockSize of an IPv{family} pool is from {low} to {high}: change {size.value}',
        )
    prefix = net.bits if net.prefix is None else net.prefix
    disabled = spec.leaf('disabled')
    if prefix > blocks and not (disabled is not None and disabled.value is True):
        yield finding_at(
            'pool-size',
            cidr,
            f'{quoted(cidr.text)} is smaller than one block of /{blocks}: '
            f'write a prefix of at most {blocks}',
        )
    local = nets.parse('169.254.0.0/16' if family == 4 else 'fe80::/10')
    assert local is not None
    assert local.prefix is not None
    shift = net.bits - min(prefix, local.prefix)
    if net.address >> shift == local.address >> shift:
        yield finding_at(
            'pool-link-local',
            cidr,
            f'{quoted(cidr.text)} overlaps the link-local range {local.network}: '
            'choose another network',
        )


def _modes(spec: Object, family: int, document: Document) -> Iterator[Finding]:
    ipip, vxlan = spec.leaf('ipipMode'), spec.leaf('vxlanMode')
    on = [
        mode
        for mode in (ipip, vxlan)
        if mode is not None and mode.text in ('Always', 'CrossSubnet')
    ]
    if len(on) == 2:
        yield finding_at(
            'pool-both-modes',
            on[1],
            'ipipMode and vxlanMode cannot both be on: set one of them to Never',
            related=((on[0].span, 'the other one'),),
        )
    if family == 6 and ipip is not None and ipip.text in ('Always', 'CrossSubnet'):
        yield finding_at('pool-ipip-v6', ipip, 'an IPv6 pool has no IPIP: write Never')
    elif family == 6 and not spec.text('ipipMode') and 'ipipMode' not in spec.fields:
        yield finding_at_key(
            'pool-ipip-v6-omitted',
            spec,
            'an IPv6 pool must say that it has no IPIP: add ipipMode: Never',
        )
    uses = spec.fields.get('allowedUses')
    if isinstance(uses, Array):
        words = {leaf.text for leaf in spec.leaves('allowedUses')}
        if 'LoadBalancer' in words and len(words) > 1:
            yield finding_at_key(
                'pool-uses', uses, 'LoadBalancer stands alone in allowedUses: remove the others'
            )
        elif 'LoadBalancer' in words and on:
            yield finding_at(
                'pool-uses', on[0], 'a LoadBalancer pool has no encapsulation: write Never'
            )
