"""What fields must fit together, an object at a time: each function mirrors the rules it names.

A function gets the facts of an object whose fields are all read, and says which of them matter
further up, or None: ask the engine. It may be stricter than its rules, never laxer. A subject that
some rule looks at, and that ``MIRRORED`` does not have for that rule, sends every document that
holds it to the engine: so nobody who writes a rule needs to know of this.

Facts are ``field`` (it is there), ``field.item`` (a list has an item), ``field=value``, and what
the parts of an object export, behind the name of the field that they stand in. ``?fact`` is one of
the fact table that the target does not mind, and goes all the way up, as ``?http`` does: a list of
an HTTP match is there, and ``?means``: whether the document means what it says is for
``linter.policy.gate`` to say, which asks more of its values than the facts tell. Facts that nobody
asks for further up are not to get there: documents that differ in them are in different states.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from linter.quick.nodes import Facts, World

NONE: Facts = frozenset()
MEANS: Facts = frozenset(('?means',))


def _up(seen: Facts, *starts: str) -> Facts:
    """The facts that go up from here: those that start so, and those that always do."""
    wanted = ('?', *starts)
    return frozenset(fact for fact in seen if fact.startswith(wanted))


def _metadata(seen: Facts, world: World) -> Facts | None:
    """name-missing, namespace-missing, namespace-on-global, exported-fields."""
    if 'resourceVersion' in seen or 'uid' in seen:
        return None
    if 'name' not in seen or ('namespace' in seen) is not world.is_namespaced:
        return None
    return _up(seen, 'name=')


def _spec(seen: Facts, world: World) -> Facts | None:
    """misplaced-global and, for each kind, what follows."""
    if 'namespaceSelector.global' in seen or 'stagedAction=Delete' in seen:
        return None
    check = _SPECS.get(world.kind)
    facts = NONE if check is None else check(seen, world)
    return None if facts is None else _up(seen | facts, 'tier=')


def _policy(seen: Facts, world: World) -> Facts | None:
    """The directions of a policy, its host flags, and where services and HTTP are matched.

    types-omitted, types-omits-direction, empty-rule-list-without-types, prednat-prerequisites,
    services-match-misuse, http-match-misuse, donottrack-asymmetric, deny-on-failsafe-port.
    """
    if not _DIRECTIONS_OF_MATCHES.isdisjoint(seen):
        return None
    facts = MEANS if _may_mean_otherwise(seen) else NONE
    if 'types' in seen:
        if 'types.item' not in seen:
            return None
        if 'ingress.item' in seen and 'types=Ingress' not in seen:
            return None
        if 'egress.item' in seen and 'types=Egress' not in seen:
            return None
    else:
        if ('egress' in seen and 'egress.item' not in seen) or world.minds('types-omitted'):
            return None
        facts |= {'?types-omitted'}
    before = 'preDNAT=true' in seen
    if before or 'doNotTrack=true' in seen:
        if before and ('doNotTrack=true' in seen or not _EGRESS.isdisjoint(seen)):
            return None
        if 'applyOnForward=true' not in seen:
            return None
    if 'doNotTrack=true' in seen and ('ingress.tracked' in seen) is not ('egress.tracked' in seen):
        return None
    if not _FAILSAFE.isdisjoint(seen) and not _ABOUT_HOSTS.isdisjoint(seen):
        return None
    return facts


def _may_mean_otherwise(seen: Facts) -> bool:
    """Whether rules about the meaning of a policy may speak, as far as its own fields tell."""
    if not _SPECIAL.isdisjoint(seen):
        return True
    if 'serviceAccountSelector' in seen and not _NEGATIVE.isdisjoint(seen):
        return True
    return not _FLAGS.isdisjoint(seen) and not _OF_PODS.isdisjoint(seen)


_SPECIAL = frozenset((
    'ingress.destination.selects', 'egress.source.selects', 'ingress.turns', 'egress.turns',
    'selector.calico',
))  # fmt: skip
_FAILSAFE = frozenset(('ingress.failsafe', 'egress.failsafe'))
_ABOUT_HOSTS = frozenset(('selector.hosts', 'applyOnForward=true'))
_FLAGS = frozenset(('applyOnForward=true', 'preDNAT=true', 'doNotTrack=true'))
_OF_PODS = frozenset(('namespaceSelector', 'serviceAccountSelector'))
_NEGATIVE = frozenset(('serviceAccountSelector.negative', 'namespaceSelector.negative'))
_EGRESS = frozenset(('types=Egress', 'egress.item'))
_DIRECTIONS_OF_MATCHES = frozenset(
    ('egress.source.services', 'ingress.destination.services', 'egress.http')
)


def _host_endpoint(seen: Facts, world: World) -> Facts | None:
    """host-endpoint-fields, hep-missing-expected-ips."""
    return NONE if 'node' in seen and 'expectedIPs.item' in seen else None


def _pool(seen: Facts, world: World) -> Facts | None:
    """ip-pool-fields, v1-field: sizes of blocks, and what a pool is for, are for the engine."""
    if 'cidr' not in seen or 'blockSize' in seen or 'allowedUses=LoadBalancer' in seen:
        return None
    if not _FOR_THE_ENGINE.isdisjoint(seen):
        return None
    on = not _IPIP.isdisjoint(seen)
    if on and not _VXLAN.isdisjoint(seen):
        return None
    return None if 'cidr=6' in seen and (on or 'ipipMode=Never' not in seen) else NONE


_FOR_THE_ENGINE = frozenset(('namespaceSelector', 'ipip', 'nat-outgoing'))
_IPIP = frozenset(('ipipMode=Always', 'ipipMode=CrossSubnet'))
_VXLAN = frozenset(('vxlanMode=Always', 'vxlanMode=CrossSubnet'))


def _tier(seen: Facts, world: World) -> Facts | None:
    """tier-order-missing."""
    if 'order' in seen:
        return NONE
    return None if world.minds('tier-order-omitted') else frozenset(('?tier-order-omitted',))


def _profile(seen: Facts, world: World) -> Facts | None:
    """services-match-misuse, http-match-misuse."""
    return NONE if _DIRECTIONS_OF_MATCHES.isdisjoint(seen) else None


_SPECS: dict[str, Callable[[Facts, World], Facts | None]] = {
    'NetworkPolicy': _policy,
    'GlobalNetworkPolicy': _policy,
    'StagedNetworkPolicy': _policy,
    'StagedGlobalNetworkPolicy': _policy,
    'HostEndpoint': _host_endpoint,
    'IPPool': _pool,
    'Tier': _tier,
    'Profile': _profile,
}


def _rule(seen: Facts, world: World) -> Facts | None:
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
    return _up(seen, *_OF_RULES) | _does(seen) | _is_worth_a_word(seen)


def joined(seen: Facts, facts: Facts) -> Facts:
    """The facts of a list with one more item.

    ``turns``: a rule comes where one before it may keep packets from it, which it decides otherwise
    about. Neither adding to it nor asking for it is of consequence for other lists.
    """
    if not _DOES.isdisjoint(facts) and not _DOES.isdisjoint(seen):
        if not _ALL.isdisjoint(seen):
            facts |= {'turns'}
        elif 'does.Deny' in facts:
            facts |= {'turns'} if 'does.Allow' in seen else NONE
        elif not _ALLOWS.isdisjoint(facts) and 'does.Deny' in seen:
            facts |= {'turns'}
    return seen | facts


_ALL = frozenset(('does.Allow.all', 'does.Deny.all'))
_ALLOWS = frozenset(('does.Allow', 'does.Allow.all'))
_DOES = _ALL | {'does.Allow', 'does.Deny', 'does.Log'}


def _does(seen: Facts) -> Facts:
    """What a rule does, and whether to everything."""
    action = next((fact[7:] for fact in seen if fact.startswith('action=')), '')
    if action == 'Pass':
        action = 'Allow'
    if action == 'Log':
        return frozenset(('does.Log',))
    if not any(map(_is_condition, seen)):
        return frozenset((f'does.{action}.all',))
    return frozenset((f'does.{action}',))


def _is_worth_a_word(seen: Facts) -> Facts:
    """What matters where a policy is about hosts: ``failsafe``, a Deny of ports, and ``tracked``,
    what is allowed of a protocol whose packets are answered."""
    if 'action=Deny' in seen:
        return _DENIES if 'protocol' in seen and 'destination.ports' in seen else NONE
    if 'action=Log' in seen or ('protocol' in seen and not _UNANSWERED.isdisjoint(seen)):
        return NONE
    return _TRACKED


_DENIES = frozenset(('failsafe',))
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


def _entity(seen: Facts, world: World) -> Facts | None:
    """services-match-misuse, negated-catch-all (with ``notNets`` of its own), and besides that
    empty-match-fails-open, np-notselector-own-namespace, and what a policy may mean.
    """
    if 'services' in seen and not seen <= _ALONE:
        return None
    if 'notSelector' in seen and world.is_namespaced and not _asks_more(seen):
        return None
    facts = NONE
    if not _ODD_SELECTORS.isdisjoint(seen) or (
        'serviceAccounts' in seen and 'namespaceSelector.negative' in seen
    ):
        facts = MEANS
    for name in _ENTRIES:
        if name in seen and f'{name}.item' not in seen:
            return None
    if not _CHOOSES.isdisjoint(seen):
        facts |= {'selects'}
    if 'nets' in seen and 'notNets' in seen:
        facts |= {'both'}
    return _up(seen, 'services', 'ports', 'notPorts', 'nets', 'notNets') | facts


_ENTRIES = ('nets', 'notNets', 'ports', 'notPorts')
_CHOOSES = frozenset(('selector', 'notSelector', 'namespaceSelector', 'serviceAccounts'))
_ODD_SELECTORS = frozenset((
    'notSelector', 'selector.calico', 'selector.blank', 'namespaceSelector.blank',
))  # fmt: skip


def _asks_more(seen: Facts) -> bool:
    """Whether there is something beside a notSelector that says where it looks."""
    if 'serviceAccounts' in seen or 'nets' in seen:
        return True
    return any(
        name in seen and f'{name}.blank' not in seen for name in ('selector', 'namespaceSelector')
    )


_ALONE = frozenset(('services',))


def _services(seen: Facts, world: World) -> Facts | None:
    """services-match-misuse, services-without-namespace."""
    if 'name' not in seen:
        return None
    return NONE if 'namespace' in seen else None


def _accounts(seen: Facts, world: World) -> Facts | None:
    """empty-match-fails-open, serviceaccount-misuse."""
    if 'selector.calico' in seen:
        return None
    if 'names.item' not in seen and ('selector' not in seen or 'selector.blank' in seen):
        return None
    return _up(seen) | MEANS if 'selector.negative' in seen else _up(seen)


def _icmp(seen: Facts, world: World) -> Facts | None:
    """icmp-fields."""
    return None if 'code' in seen and 'type' not in seen else NONE


def _http(seen: Facts, world: World) -> Facts | None:
    """http-match-misuse, size-limits."""
    return _HTTP if not _SEVERAL.isdisjoint(seen) else NONE


_HTTP = frozenset(('?http',))
_SEVERAL = frozenset(('methods', 'paths'))


def _path(seen: Facts, world: World) -> Facts | None:
    """http-match-misuse."""
    return NONE if ('exact' in seen) is not ('prefix' in seen) else None


def _kubernetes_port(seen: Facts, world: World) -> Facts | None:
    """sknp-conversion: which of two numbers is the higher one is for the engine to compare."""
    return None if 'endPort' in seen else NONE


def _endpoint_port(seen: Facts, world: World) -> Facts | None:
    """invalid-protocol."""
    return None if _HAVE_PORTS.isdisjoint(seen) else NONE


def _nothing(seen: Facts, world: World) -> Facts | None:
    return NONE


def _document(seen: Facts, world: World) -> Facts | None:
    """missing-field, name-missing, tier-name-prefix: what metadata and spec have in common."""
    if 'metadata' not in seen or 'spec' not in seen:
        return None
    prefix = next((fact[14:] for fact in seen if fact.startswith('metadata.name=')), None)
    tier = next((fact[10:] for fact in seen if fact.startswith('spec.tier=')), 'default')
    facts = _up(seen)
    if prefix != tier and not (tier == 'default' and prefix is None):
        if world.minds('tier-prefix-required'):
            return None
        facts |= {'?tier-prefix-required'}
    return facts


CONDITIONS: dict[str, Callable[[Facts, World], Facts | None]] = {
    'document': _document,
    'Metadata': _metadata,
    'Spec': _spec,
    'Rule': _rule,
    'EntityRule': _entity,
    'ServiceMatch': _services,
    'ServiceAccountMatch': _accounts,
    'ICMP': _icmp,
    'HTTPMatch': _http,
    'HTTPPath': _path,
    'Port': _kubernetes_port,
    'EndpointPort': _endpoint_port,
    'RuleMetadata': _nothing,
}
"""By the name of the object in the spec tables; of any other one nothing matters but its fields."""


MIRRORED: dict[str, tuple[str, ...]] = {
    'Metadata': (
        'annotation_invalid', 'exported_fields', 'label_invalid', 'name_invalid', 'name_reserved',
        'namespace_invalid', 'namespace_missing', 'namespace_on_global',
        'tier_label_overwritten', 'tier_name_prefix',
    ),
    'Spec': (
        'duplicate_item', 'empty_rule_list_without_types', 'label_invalid', 'name_invalid',
        'prednat_prerequisites', 'size_limits', 'types_omits_direction', 'types_omitted',
    ),
    'Spec@StagedGlobalNetworkPolicy': ('donottrack_asymmetric', 'staged_delete_with_spec'),
    'Spec@StagedKubernetesNetworkPolicy': ('staged_delete_with_spec',),
    'Spec@StagedNetworkPolicy': ('staged_delete_with_spec',),
    'Spec@Tier': ('tier_order_missing',),
    'Spec@IPPool': ('v1_field',),
    'Rule@GlobalNetworkPolicy': ('deny_on_failsafe_port',),
    'Rule@StagedGlobalNetworkPolicy': ('deny_on_failsafe_port',),
    'EntityRule@NetworkPolicy': ('np_notselector_own_namespace',),
    'ServiceMatch@NetworkPolicy': ('services_without_namespace',),
    'EntityRule@StagedNetworkPolicy': ('np_notselector_own_namespace',),
    'ServiceMatch@StagedNetworkPolicy': ('services_without_namespace',),
    'Spec@GlobalNetworkPolicy': ('donottrack_asymmetric',),
    'policy@GlobalNetworkPolicy': ('host_flags_on_workloads',),
    'policy@StagedGlobalNetworkPolicy': ('host_flags_on_workloads',),
    'Spec@HostEndpoint': ('hep_missing_expected_ips',),
    'Spec@NetworkSet': ('network_set_stops_nftables',),
    'Spec@GlobalNetworkSet': ('network_set_stops_nftables',),
    'policy': (
        'own_side_disjoint', 'rule_never_matches', 'selector_contradiction', 'selector_tautology',
        'shadowed_rule',
    ),
    'Rule': (
        'dataplane_unsupported_match', 'icmp_fields', 'ip_version_mismatch', 'mixed_ip_family',
        'ports_without_protocol', 'udplite_for_udp',
    ),
    'RuleMetadata': ('annotation_invalid',),
    'EntityRule': (
        'duplicate_item', 'empty_match_fails_open', 'negated_catch_all', 'size_limits',
    ),
    'ServiceMatch': ('services_match_misuse', 'size_limits'),
    'ServiceAccountMatch': ('duplicate_item', 'serviceaccount_misuse'),
    'HTTPMatch': ('http_match_misuse', 'size_limits'),
    'HTTPPath': ('http_match_misuse', 'size_limits'),
    'ICMP': ('icmp_fields',),
    'Port': ('sknp_conversion',),
    'EndpointPort': ('invalid_port', 'invalid_protocol'),
    'calico-cidr': ('bare_ip_in_nets', 'cidr_host_bits', 'invalid_cidr'),
    'calico-net': ('invalid_cidr',),
    'calico-port': ('invalid_port', 'octal_port', 'port_range_dash', 'sexagesimal_port_range'),
    'calico-protocol': ('invalid_protocol', 'value_case'),
    'date-time': ('wrong_type',),
    'calico-selector': (
        'internal_label_prefix', 'misplaced_global', 'name_label_in_selector',
        'namespace_label_in_namespaceselector', 'selector_syntax', 'serviceaccount_misuse',
        'size_limits',
    ),
    'document': ('name_missing',),
    'document@HostEndpoint': ('host_endpoint_fields',),
    'document@IPPool': ('ip_pool_fields',),
    'document@Tier': ('tier_builtin',),
}  # fmt: skip
"""The rules whose conditions this room knows, by the subject that they look at.

``problem:…`` and ``tagged`` are not here: what would be one never is surely clean.
"""
