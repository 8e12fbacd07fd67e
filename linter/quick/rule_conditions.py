"""What the fields of a rule, and of the parts of one, must fit together: see ``conditions``."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from linter.quick.nodes import Facts, World

NONE: Facts = frozenset()
MEANS: Facts = frozenset(('?means',))


def up(seen: Facts, *starts: str) -> Facts:
    """The facts that go up from here: those that start so, and those that always do."""
    wanted = ('?', *starts)
    return frozenset(fact for fact in seen if fact.startswith(wanted))


def rule(seen: Facts, world: World) -> Facts | None:
    """What the protocol of a rule must be, and that its networks are of one family.

    ports-without-protocol, icmp-fields, mixed-ip-family, ip-version-mismatch, http-match-misuse.
    """
    if not _PORTS.isdisjoint(seen) and _HAVE_PORTS.isdisjoint(seen):
        if 'protocol' in seen or not _NUMBERS.isdisjoint(seen):
            return None
        if world.minds('named-ports-need-protocol'):
            return None
        seen |= {'?named-ports-need-protocol'}
    if 'icmp' in seen and _ICMP.isdisjoint(seen):
        return None
    if 'icmp.type.echo6' in seen or ('icmp.type.echo4' in seen and 'protocol=ICMPv6' in seen):
        # The right echo of ICMPv6 is rare.
        return None
    if not _UNUSUAL.isdisjoint(seen) or ('protocol' in seen and 'notProtocol' in seen):
        return None
    if not _NARROW.isdisjoint(seen) or (
        not _NETS_AT_ALL.isdisjoint(seen) and not _OF_ONE_FAMILY.isdisjoint(seen)
    ):
        seen |= MEANS
    of_4, of_6 = not _OF_4.isdisjoint(seen), not _OF_6.isdisjoint(seen)
    if of_4 and of_6:
        return None
    if 'ipVersion=4' in seen and (of_6 or not _ICMP_6.isdisjoint(seen)):
        return None
    if 'ipVersion=6' in seen and (of_4 or not _ICMP_4.isdisjoint(seen)):
        return None
    if 'http' in seen and (
        'action=Allow' not in seen or not ('protocol=TCP' in seen or 'protocol' not in seen)
    ):
        return None
    return up(seen, *_OF_RULES) | _does(seen) | _is_worth_a_word(seen)


def joined(seen: Facts, facts: Facts) -> Facts:
    """The facts of a list with one more item.

    ``turns``: a rule comes where one before it may keep packets from it, which it decides otherwise
    about. Neither adding to it nor asking for it is of consequence for other lists.
    """
    if not DOES.isdisjoint(facts) and not DOES.isdisjoint(seen):
        if not _ALL.isdisjoint(seen):
            facts |= {'turns'}
        elif not _DENIES.isdisjoint(facts):
            # What denies before it may take what no other does.
            is_left = 'does.Deny.any' in facts and seen & _DECIDES <= _ONE
            if not is_left and not _ALLOWS.isdisjoint(seen):
                facts |= {'turns'}
        elif not _ALLOWS.isdisjoint(facts):
            is_left = not _ALLOWS_ANY.isdisjoint(facts) and seen & _DENIES <= _ONE
            if not is_left and not _DENIES.isdisjoint(seen):
                facts |= {'turns'}
    return seen | facts


_ALL = frozenset(('does.Allow.all', 'does.Deny.all'))
_ONE = frozenset(('does.Allow.one', 'does.Deny.one'))
_DENIES = frozenset(('does.Deny', 'does.Deny.one', 'does.Deny.any'))
_ALLOWS_ANY = frozenset(('does.Allow.any', 'does.Allow.all'))
_ALLOWS = _ALLOWS_ANY | {'does.Allow', 'does.Allow.one'}
_DECIDES = _ALL | _DENIES | _ALLOWS
DOES = _DECIDES | {'does.Log'}
"""What is asked of the rules of a list only while it is read."""


def _does(seen: Facts) -> Facts:
    """What a rule does: to everything (``all``), to packets of whatever protocol, as far as that
    goes (``any``), or to those of one protocol that has a name (``one``).

    None of those with names is the protocol of all packets of a rule that asks for none.
    """
    action = next((fact[7:] for fact in seen if fact.startswith('action=')), '')
    if action == 'Pass':
        action = 'Allow'
    if action == 'Log':
        return frozenset(('does.Log',))
    if not any(map(_is_condition, seen)):
        return frozenset((f'does.{action}.all',))
    if 'protocol' in seen:
        how = '.one' if not _NAMED.isdisjoint(seen) else ''
    else:
        how = '.any' if _OF_SOME.isdisjoint(seen) and _PORTS.isdisjoint(seen) else ''
    return frozenset((f'does.{action}{how}',))


_NAMED = frozenset(
    f'protocol={name}' for name in ('TCP', 'UDP', 'SCTP', 'ICMP', 'ICMPv6', 'UDPLite')
)
_OF_SOME = frozenset((
    'icmp', 'notICMP', 'http', 'source.services', 'destination.services', 'source.notPorts',
    'destination.notPorts',
))  # fmt: skip


def _is_worth_a_word(seen: Facts) -> Facts:
    """What matters where a policy is about hosts: ``failsafe``, a Deny of ports, and ``tracked``,
    what is allowed of a protocol whose packets are answered."""
    if 'action=Deny' in seen:
        return _FAILSAFE if 'protocol' in seen and 'destination.ports' in seen else NONE
    if 'action=Log' in seen or ('protocol' in seen and not _UNANSWERED.isdisjoint(seen)):
        return NONE
    return _TRACKED


_FAILSAFE = frozenset(('failsafe',))
_TRACKED = frozenset(('tracked',))
_UNANSWERED = frozenset(f'protocol={name}' for name in ('UDP', 'ICMP', 'ICMPv6'))


def _is_condition(fact: str) -> bool:
    return not fact.startswith(('action', 'metadata', '?', '~')) and fact not in _SIDES


_SIDES = frozenset(('source', 'destination'))
_UNUSUAL = frozenset(('protocol=UDPLite', 'notICMP'))
_NARROW = frozenset((
    'source.notPorts', 'destination.notPorts', 'source.both', 'destination.both',
    'source.notNets.wide', 'destination.notNets.wide',
))  # fmt: skip

_OF_ONE_FAMILY = frozenset(('protocol=ICMP', 'protocol=ICMPv6', 'icmp', 'ipVersion'))


_LISTS = tuple(
    f'{side}.{name}' for side in ('source', 'destination') for name in ('ports', 'notPorts')
)
_PORTS = frozenset(f'{name}.item' for name in _LISTS)
_NUMBERS = frozenset(f'{name}.number' for name in _LISTS)
_HAVE_PORTS = frozenset(f'protocol{how}{name}' for how in '=#' for name in ('TCP', 'UDP', 'SCTP'))
_ICMP = frozenset(('protocol=ICMP', 'protocol=ICMPv6'))
_ICMP_4 = frozenset(f'{field}{how}ICMP' for field in ('protocol', 'notProtocol') for how in '=#')
_ICMP_6 = frozenset(f'{fact}v6' for fact in _ICMP_4)
_NETS_AT_ALL = frozenset(
    f'{side}.{name}' for side in ('source', 'destination') for name in ('nets', 'notNets')
)
_NETS = tuple(
    f'{side}.{name}' for side in ('source', 'destination') for name in ('nets', 'notNets')
)
_OF_4 = frozenset(f'{name}.net4' for name in _NETS)
_OF_6 = frozenset(f'{name}.net6' for name in _NETS)
_OF_RULES = (
    'http', 'source.services', 'destination.services', 'source.selects', 'destination.selects',
)  # fmt: skip


def entity(seen: Facts, world: World) -> Facts | None:
    """services-match-misuse, negated-catch-all (with ``notNets`` of its own), and besides that
    empty-match-fails-open, np-notselector-own-namespace, and what a policy may mean.
    """
    if 'services' in seen and not seen <= _ALONE:
        return None
    if not _EMPTY.isdisjoint(seen):
        return None
    if not _BLANK.isdisjoint(seen) and not any(
        name in seen and f'{name}.blank' not in seen for name in _PEERS
    ):
        return None
    if 'notSelector' in seen and world.is_namespaced and not _asks_more(seen):
        return None
    facts = NONE
    if (
        not _ODD_SELECTORS.isdisjoint(seen)
        or ('serviceAccounts' in seen and 'namespaceSelector.negative' in seen)
        # Labels that Calico gives mean something else only beside what else says where to look.
        or ('selector.calico' in seen and (world.is_namespaced or not _BOUND.isdisjoint(seen)))
    ):
        facts = MEANS
    for name in _ENTRIES:
        if name in seen and f'{name}.item' not in seen:
            return None
    if not _CHOOSES.isdisjoint(seen):
        facts |= {'selects'}
    if 'nets' in seen and 'notNets' in seen:
        facts |= {'both'}
    return up(seen, 'services', 'ports', 'notPorts', 'nets', 'notNets') | facts


_EMPTY = frozenset(('~nets', '~ports', '~serviceAccounts'))
_BLANK = frozenset(('selector.blank', 'namespaceSelector.blank'))
_PEERS = (
    'nets', 'notNets', 'selector', 'notSelector', 'namespaceSelector', 'serviceAccounts',
    'services',
)  # fmt: skip
_ENTRIES = ('nets', 'notNets', 'ports', 'notPorts')
_CHOOSES = frozenset(('selector', 'notSelector', 'namespaceSelector', 'serviceAccounts'))
_ODD_SELECTORS = frozenset(('notSelector', 'selector.blank', 'namespaceSelector.blank'))
_BOUND = frozenset(('namespaceSelector', 'serviceAccounts'))


def _asks_more(seen: Facts) -> bool:
    """Whether there is something beside a notSelector that says where it looks."""
    if 'serviceAccounts' in seen or 'nets' in seen:
        return True
    return any(
        name in seen and f'{name}.blank' not in seen for name in ('selector', 'namespaceSelector')
    )


_ALONE = frozenset(('services',))


def services(seen: Facts, world: World) -> Facts | None:
    """services-match-misuse, services-without-namespace."""
    if 'name' not in seen:
        return None
    return NONE if 'namespace' in seen else None


def accounts(seen: Facts, world: World) -> Facts | None:
    """empty-match-fails-open, serviceaccount-misuse."""
    if 'selector.calico' in seen:
        return None
    if 'names.item' not in seen and ('selector' not in seen or 'selector.blank' in seen):
        return None
    return up(seen) | MEANS if 'selector.negative' in seen else up(seen)


def icmp(seen: Facts, world: World) -> Facts | None:
    """icmp-fields."""
    if 'code' in seen and 'type' not in seen:
        return None
    return up(seen, 'type.echo')


def http(seen: Facts, world: World) -> Facts | None:
    """http-match-misuse, size-limits."""
    return _HTTP if not _SEVERAL.isdisjoint(seen) else NONE


_HTTP = frozenset(('?http',))
_SEVERAL = frozenset(('methods', 'paths'))


def path(seen: Facts, world: World) -> Facts | None:
    """http-match-misuse."""
    return NONE if ('exact' in seen) is not ('prefix' in seen) else None


def kubernetes_port(seen: Facts, world: World) -> Facts | None:
    """sknp-conversion: which of two numbers is the higher one is for the engine to compare."""
    return None if 'endPort' in seen else NONE


def endpoint_port(seen: Facts, world: World) -> Facts | None:
    """invalid-protocol."""
    return None if _HAVE_PORTS.isdisjoint(seen) else NONE
