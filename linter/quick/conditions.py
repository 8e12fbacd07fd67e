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

from linter.quick import rule_conditions as of_rules
from linter.quick.rule_conditions import MEANS, NONE, up

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from linter.quick.nodes import Facts, World


def _metadata(seen: Facts, world: World) -> Facts | None:
    """name-missing, namespace-missing, namespace-on-global, exported-fields."""
    if 'resourceVersion' in seen or 'uid' in seen:
        return None
    if 'name' not in seen or ('namespace' in seen) is not world.is_namespaced:
        return None
    return up(seen, 'name=')


def _spec(seen: Facts, world: World) -> Facts | None:
    """misplaced-global and, for each kind, what follows."""
    if 'namespaceSelector.global' in seen or 'stagedAction=Delete' in seen:
        return None
    check = _SPECS.get(world.kind)
    facts = NONE if check is None else check(seen, world)
    return None if facts is None else up(seen | facts, 'tier=')


def _policy(seen: Facts, world: World) -> Facts | None:
    """The directions of a policy, its host flags, and where services and HTTP are matched.

    types-omitted, types-omits-direction, empty-rule-list-without-types, prednat-prerequisites,
    services-match-misuse, http-match-misuse, donottrack-asymmetric, deny-on-failsafe-port.
    """
    if not _DIRECTIONS_OF_MATCHES.isdisjoint(seen):
        return None
    facts = MEANS if _may_mean_otherwise(seen, world) else NONE
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


def _may_mean_otherwise(seen: Facts, world: World) -> bool:
    """Whether rules about the meaning of a policy may speak, as far as its own fields tell."""
    if not _SPECIAL.isdisjoint(seen):
        return True
    # Labels that Calico gives mean something else only beside what else says where to look.
    if 'selector.calico' in seen and (world.is_namespaced or not _BOUND.isdisjoint(seen)):
        return True
    if 'serviceAccountSelector' in seen and not _NEGATIVE.isdisjoint(seen):
        return True
    return not _FLAGS.isdisjoint(seen) and not _OF_PODS.isdisjoint(seen)


_SPECIAL = frozenset((
    'ingress.destination.selects', 'egress.source.selects', 'ingress.turns', 'egress.turns',
))  # fmt: skip
_FAILSAFE = frozenset(('ingress.failsafe', 'egress.failsafe'))
_ABOUT_HOSTS = frozenset(('selector.hosts', 'applyOnForward=true'))
_FLAGS = frozenset(('applyOnForward=true', 'preDNAT=true', 'doNotTrack=true'))
_OF_PODS = frozenset(('namespaceSelector', 'serviceAccountSelector'))
_BOUND = _FLAGS | _OF_PODS
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


def _nothing(seen: Facts, world: World) -> Facts | None:
    return NONE


def _document(seen: Facts, world: World) -> Facts | None:
    """missing-field, name-missing, tier-name-prefix: what metadata and spec have in common."""
    if 'metadata' not in seen or 'spec' not in seen:
        return None
    prefix = next((fact[14:] for fact in seen if fact.startswith('metadata.name=')), None)
    tier = next((fact[10:] for fact in seen if fact.startswith('spec.tier=')), 'default')
    facts = up(seen)
    if prefix != tier and not (tier == 'default' and prefix is None):
        if world.minds('tier-prefix-required'):
            return None
        facts |= {'?tier-prefix-required'}
    return facts


CONDITIONS: dict[str, Callable[[Facts, World], Facts | None]] = {
    'document': _document,
    'Metadata': _metadata,
    'Spec': _spec,
    'Rule': of_rules.rule,
    'EntityRule': of_rules.entity,
    'ServiceMatch': of_rules.services,
    'ServiceAccountMatch': of_rules.accounts,
    'ICMP': of_rules.icmp,
    'HTTPMatch': of_rules.http,
    'HTTPPath': of_rules.path,
    'Port': of_rules.kubernetes_port,
    'EndpointPort': of_rules.endpoint_port,
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
    'policy@GlobalNetworkPolicy': ('all_beside_namespaceselector', 'host_flags_on_workloads'),
    'policy@StagedGlobalNetworkPolicy': ('all_beside_namespaceselector', 'host_flags_on_workloads'),
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
