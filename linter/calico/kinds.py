"""Calico's words: kinds, aliases, protocols, and the fields of its neighbours.

Sources: calicoctl/calicoctl/resourcemgr of projectcalico/calico (kinds, aliases),
api/pkg/lib/numorstring/protocol.go (protocols), the Calico Enterprise and Kubernetes references.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from linter.text.records import NamedTuple


class Kind(NamedTuple):
    """A kind that is checked. ``since`` is the first release that knows it (None: all do)."""

    name: str
    namespaced: bool
    since: tuple[int, int] | None = None
    has_crd: bool = True


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind('NetworkPolicy', True),
        Kind('GlobalNetworkPolicy', False),
        Kind('StagedNetworkPolicy', True, (3, 30)),
        Kind('StagedGlobalNetworkPolicy', False, (3, 30)),
        Kind('StagedKubernetesNetworkPolicy', True, (3, 30)),
        Kind('NetworkSet', True),
        Kind('GlobalNetworkSet', False),
        Kind('Tier', False, (3, 29)),
        Kind('HostEndpoint', False),
        Kind('Profile', False, has_crd=False),
        Kind('IPPool', False),
    )
}

V2_KINDS = ('NetworkPolicy', 'GlobalNetworkPolicy')
"""The kinds of ``projectcalico.org/v2`` that are judged."""

UNMISTAKABLE = frozenset(
    (
        'GlobalNetworkPolicy',
        'NetworkSet',
        'GlobalNetworkSet',
        'HostEndpoint',
        'StagedNetworkPolicy',
        'StagedGlobalNetworkPolicy',
        'StagedKubernetesNetworkPolicy',
    )
)
"""Kinds that are Calico's whatever their apiVersion says; Tier, Profile and IPPool are not."""

POLICY_KINDS = frozenset(
    (
        'NetworkPolicy',
        'GlobalNetworkPolicy',
        'StagedNetworkPolicy',
        'StagedGlobalNetworkPolicy',
    )
)

OTHER_KINDS = frozenset(
    (
        # Calico Open Source, not checked here; CalicoAPIConfig configures calicoctl itself.
        'BGPConfiguration',
        'BGPFilter',
        'BGPPeer',
        'BlockAffinity',
        'CalicoAPIConfig',
        'CalicoNodeStatus',
        'ClusterInformation',
        'ExternalNetwork',
        'FelixConfiguration',
        'GatewayAPI',
        'IPAMBlock',
        'IPAMConfig',
        'IPAMConfiguration',
        'IPAMHandle',
        'IPReservation',
        'KubeControllersConfiguration',
        'LiveMigration',
        'Node',
        'WorkloadEndpoint',
        'VXLANTunnel',
        # Calico Enterprise and Cloud.
        'AlertException',
        'AuthenticationReview',
        'AuthorizationReview',
        'BFDConfiguration',
        'DeepPacketInspection',
        'EarlyNetworkConfiguration',
        'EgressGatewayPolicy',
        'EgressPolicy',
        'GlobalAlert',
        'GlobalAlertTemplate',
        'GlobalReport',
        'GlobalReportType',
        'GlobalThreatFeed',
        'LicenseKey',
        'ManagedCluster',
        'Network',
        'PacketCapture',
        'PolicyRecommendationScope',
        'PolicyRecommendationStatus',
        'RemoteClusterConfiguration',
        'SecurityEventWebhook',
        'StagedPolicy',
        'UISettings',
        'UISettingsGroup',
        'WAFPolicy',
        'GlobalWAFPolicy',
    )
)
"""Kinds of the group that are passed over."""

_V1_SINGULAR = {
    'policy': 'GlobalNetworkPolicy',
    'profile': 'Profile',
    'tier': 'Tier',
    'hostEndpoint': 'HostEndpoint',
    'ipPool': 'IPPool',
    'bgpPeer': 'BGPPeer',
    'node': 'Node',
    'workloadEndpoint': 'WorkloadEndpoint',
}
V1_KINDS = {
    **_V1_SINGULAR,
    **{f'{old}List': f'{new}List' for old, new in _V1_SINGULAR.items()},
}
"""Kinds of the v1 API (``apiVersion: v1``) and what replaced them."""

ALIASES = {
    'networkpolicies': 'NetworkPolicy',
    'policy': 'NetworkPolicy',
    'np': 'NetworkPolicy',
    'policies': 'NetworkPolicy',
    'pol': 'NetworkPolicy',
    'pols': 'NetworkPolicy',
    'cnp': 'NetworkPolicy',
    'caliconetworkpolicy': 'NetworkPolicy',
    'globalnetworkpolicies': 'GlobalNetworkPolicy',
    'gnp': 'GlobalNetworkPolicy',
    'gnps': 'GlobalNetworkPolicy',
    'cgnp': 'GlobalNetworkPolicy',
    'stagednetworkpolicies': 'StagedNetworkPolicy',
    'snp': 'StagedNetworkPolicy',
    'scnp': 'StagedNetworkPolicy',
    'snps': 'StagedNetworkPolicy',
    'stagedpolicy': 'StagedNetworkPolicy',
    'spol': 'StagedNetworkPolicy',
    'spols': 'StagedNetworkPolicy',
    'stagedglobalnetworkpolicies': 'StagedGlobalNetworkPolicy',
    'sgnp': 'StagedGlobalNetworkPolicy',
    'sgnps': 'StagedGlobalNetworkPolicy',
    'sknp': 'StagedKubernetesNetworkPolicy',
    'skpol': 'StagedKubernetesNetworkPolicy',
    'skpols': 'StagedKubernetesNetworkPolicy',
    'networksets': 'NetworkSet',
    'netset': 'NetworkSet',
    'netsets': 'NetworkSet',
    'globalnetworksets': 'GlobalNetworkSet',
    'gns': 'GlobalNetworkSet',
    'gnetset': 'GlobalNetworkSet',
    'gnetsets': 'GlobalNetworkSet',
    'tiers': 'Tier',
    'hostendpoints': 'HostEndpoint',
    'hep': 'HostEndpoint',
    'heps': 'HostEndpoint',
    'profiles': 'Profile',
    'pro': 'Profile',
    'pros': 'Profile',
    'ippools': 'IPPool',
    'ipp': 'IPPool',
    'ipps': 'IPPool',
    'pool': 'IPPool',
    'pools': 'IPPool',
}
"""What calicoctl and kubectl call the kinds on their command lines; not legal in a file."""


class Protocol(NamedTuple):
    """A protocol that has a name. ``ports``: v3 rules may match its ports; ``ports_v2``: v2."""

    name: str
    name_v2: str
    number: int
    ports: bool
    ports_v2: bool


PROTOCOLS: tuple[Protocol, ...] = (
    Protocol('TCP', 'tcp', 6, True, True),
    Protocol('UDP', 'udp', 17, True, True),
    Protocol('ICMP', 'icmp', 1, False, False),
    Protocol('ICMPv6', 'icmpv6', 58, False, False),
    Protocol('SCTP', 'sctp', 132, True, False),
    Protocol('UDPLite', 'udplite', 136, False, False),
)

ICMP_TYPES = {
    'echo-reply': 0,
    'pong': 0,
    'destination-unreachable': 3,
    'network-unreachable': 3,
    'host-unreachable': 3,
    'port-unreachable': 3,
    'fragmentation-needed': 3,
    'source-quench': 4,
    'redirect': 5,
    'echo-request': 8,
    'ping': 8,
    'echo': 8,
    'router-advertisement': 9,
    'router-solicitation': 10,
    'time-exceeded': 11,
    'ttl-exceeded': 11,
    'parameter-problem': 12,
    'timestamp-request': 13,
    'timestamp': 13,
    'timestamp-reply': 14,
    'address-mask-request': 17,
    'address-mask-reply': 18,
}
"""The numbers of ICMP types by the names that iptables and others give them.

https://www.iana.org/assignments/icmp-parameters
"""

ICMPV6_TYPES = {
    'destination-unreachable': 1,
    'packet-too-big': 2,
    'time-exceeded': 3,
    'ttl-exceeded': 3,
    'parameter-problem': 4,
    'echo-request': 128,
    'ping': 128,
    'echo': 128,
    'echo-reply': 129,
    'pong': 129,
    'router-solicitation': 133,
    'router-advertisement': 134,
    'neighbor-solicitation': 135,
    'neighbour-solicitation': 135,
    'neighbor-advertisement': 136,
    'neighbour-advertisement': 136,
    'redirect': 137,
}
"""The same of ICMPv6: https://www.iana.org/assignments/icmpv6-parameters"""

KUBERNETES_FIELDS = {
    'podSelector': 'selector',
    'policyTypes': 'types',
    'from': 'source: {…}',
    'to': 'destination: {…}',
    'ipBlock': 'nets (and notNets for except)',
    'matchLabels': "a selector such as app == 'x'",
    'matchExpressions': "a selector such as app in {'x', 'y'}",
    'endPort': 'a range such as 80:90',
}
"""Fields of Kubernetes' NetworkPolicy, and what stands for them in Calico's."""

ENTERPRISE_FIELDS = {
    'domains': 'list the addresses in nets, or put them in a NetworkSet',
    'allowedEgressDomains': 'list the addresses in nets',
    'egressGateway': 'egress gateways are not part of open-source Calico',
    'headers': 'open-source Calico matches HTTP methods and paths only',
    'dnsPolicy': 'DNS policy is not part of open-source Calico',
    'awsSubnetID': 'addresses of AWS subnets are not part of open-source Calico',
}
"""Fields that only Calico Enterprise and Cloud know, and what to do without them."""

ENTERPRISE_VALUES = {
    'allowedUses': {'HostSecondaryInterface': 'write Workload, Tunnel or LoadBalancer'},
}
"""By their field the values that only Calico Enterprise and Cloud know, and what to do."""

V1_FIELDS = {
    'net': 'nets',
    'notNet': 'notNets',
    'tag': 'selector',
    'notTag': 'notSelector',
}
"""Fields of the v1 API that are gone, and what replaced them."""

V1_POOL_FIELDS = {'ipip': 'ipipMode', 'nat-outgoing': 'natOutgoing'}
"""Fields of the v1 API's pools, which v3 once knew to refuse them, and what replaced them."""

TIER_ORDERS = {
    'default': 1000000,
    'adminnetworkpolicy': 1000,
    'baselineadminnetworkpolicy': 10000000,
    'kube-admin': 1000,
    'kube-baseline': 10000000,
}
"""The orders of the tiers that Calico makes itself."""

API_VERSIONS = {
    'v3': 'projectcalico.org/v3',
    'v2': 'projectcalico.org/v2',
    'raw': 'crd.projectcalico.org/v1',
}
