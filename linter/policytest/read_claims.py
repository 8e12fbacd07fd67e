"""Claims of a file of tests, from its values."""

from __future__ import annotations

from linter.calico.names import SUBDOMAIN
from linter.calico.selector.accept import accepts, explain
from linter.calico.values import Object
from linter.policy.claim import Claim
from linter.policy.effective import NAMESPACE, SERVICE_ACCOUNT
from linter.policy.model import ANYTHING, INGRESS, Entity, Net, Protocol, Rule
from linter.policy.parts import is_joinable
from linter.policy.read import net_of, port_of
from linter.policytest.fields import icmp_of, protocol_of
from linter.policytest.fit import Fit
from linter.policytest.model import ClaimCase
from linter.text.suggest import quoted

_KINDS = {'namespace': 'namespace', 'serviceAccount': 'service account'}


def claim_of(item: Object, fit: Fit) -> ClaimCase | None:
    """A claim of a file; None where it cannot be followed, which ``fit`` then says."""
    source, destination = _entity(item, fit, 'from'), _entity(item, fit, 'to')
    protocol: Protocol | None = None
    if 'protocol' in item.fields:
        protocol = protocol_of(item, fit)
    port = item.leaf('port')
    if port is not None:
        found = port_of(port.value)
        if found is None or isinstance(found, str):
            shown = quoted(str(port.value))
            fit.wrong(port, f'{shown} is not a port: write a number, or a range such as 1:1024')
            return None
        if protocol is None:
            fit.wrong(port, 'a port goes with a protocol: add protocol: TCP, for example')
            return None
        destination = destination._replace(ports=(found,))
    match = item.object('icmp')
    icmp = icmp_of(match)
    if match is not None and protocol not in ('ICMP', 'ICMPv6', 1, 58):
        fit.wrong(match, 'icmp goes with protocol: ICMP or ICMPv6')
        return None
    direction = item.text('direction') or INGRESS
    rule = Rule('Allow', source, destination, protocol, icmp=icmp)
    verdict = item.text('verdict')
    name = item.text('name') or f'the claim of line {fit.line(item)}'
    return ClaimCase(fit.line(item), Claim(name, direction, rule, verdict))


def _entity(item: Object, fit: Fit, field: str) -> Entity:
    side = item.object(field)
    if side is None:
        return ANYTHING
    selector = _selector(side, fit, 'selector')
    namespace = _name(side, fit, 'namespace')
    account = _name(side, fit, 'serviceAccount')
    conditions = [
        f'({selector})' if selector else '',
        f"{NAMESPACE} == '{namespace}'" if namespace else '',
        f"{SERVICE_ACCOUNT} == '{account}'" if account else '',
    ]
    return Entity(
        ' && '.join(condition for condition in conditions if condition),
        _selector(side, fit, 'notSelector'),
        _selector(side, fit, 'namespaceSelector'),
        nets=_nets(side, fit, 'nets'),
        not_nets=_nets(side, fit, 'notNets'),
    )


def _name(side: Object, fit: Fit, field: str) -> str:
    leaf = side.leaf(field)
    if leaf is None:
        return ''
    if not SUBDOMAIN.match(leaf.text):
        fit.wrong(leaf, f'{quoted(leaf.text)} is not the name of a {_KINDS[field]}')
        return ''
    return leaf.text


def _selector(side: Object, fit: Fit, field: str) -> str:
    leaf = side.leaf(field)
    if leaf is None or not leaf.text.strip():
        return ''
    if accepts(leaf.text) and not is_joinable(leaf.text):
        fit.wrong(leaf, f'a label in {field} is too long: write a shorter one')
        return ''
    if not accepts(leaf.text):
        fit.wrong(leaf, f'{field} is not a selector: {explain(leaf.text).message}')
        return ''
    return leaf.text


def _nets(side: Object, fit: Fit, field: str) -> tuple[Net, ...]:
    found = []
    for leaf in side.leaves(field):
        net = net_of(leaf.text)
        if net is None:
            fit.wrong(leaf, f'{quoted(leaf.text)} is not a network: write 10.0.0.0/8, say')
            continue
        found.append(net)
    return tuple(found)
