"""What becomes of a packet: the verdict, who decides it, and every step on the way.

Source: felix/rules/endpoints.go and static.go, felix/bpf/polprog. The first packet of a flow is
judged, with Felix' own settings; HTTP, NAT and what is established already are not.
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.policy.cluster import Cluster, Endpoint
from linter.policy.match import Matcher, Packet
from linter.policy.model import EGRESS, INGRESS, Policy, Profile, Rule
from linter.policy.order import FORWARD, NORMAL, PRE_DNAT, UNTRACKED, Group
from linter.policy.semantics import Semantics

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from linter.text.records import NamedTuple

ALLOW = 'allow'
DENY = 'deny'
PASS = 'pass'

END = -1
"""The number of the rule where none has matched: the end of a tier, or of the profiles."""

PROFILE_TIER = '__PROFILE__'
"""What stands for the tier where profiles decide, as in Felix' own traces."""

_ACTIONS = {'Allow': ALLOW, 'Deny': DENY, 'Pass': PASS}


class Step(NamedTuple):
    """Something that had a say. ``by`` None: there was no profile left to ask.

    ``rule`` counts from 0, as in the document (of a Kubernetes policy, as it is converted), or is
    ``END``; then ``by`` is the first policy of the tier, and ``action`` what the tier does.
    """

    direction: str
    tier: str
    by: Policy | Profile | None
    rule: int
    action: str

    @property
    def written(self) -> Rule | None:
        """The rule itself; None at an end."""
        if self.by is None or self.rule == END:
            return None
        return self.by.rules(self.direction)[self.rule]


class Verdict(NamedTuple):
    """What a stage says: ``stage`` is ``ingress`` or ``egress`` of a pod, or of a host endpoint.

    ``action`` is ``allow``, ``deny``, or ``''`` where the stage ended without a word. ``failsafe``:
    the port is one that Felix lets through always. ``unknown`` is the rule that only HTTP, which is
    not known here, can decide: then nothing is known. ``broken`` is the rule of a profile for which
    Felix cannot build the eBPF program of the endpoint; what then gets through is not its doing.
    """

    endpoint: Endpoint
    stage: str
    action: str
    steps: tuple[Step, ...] = ()
    failsafe: bool = False
    unknown: Step | None = None
    broken: Step | None = None

    @property
    def decider(self) -> Step | None:
        return self.steps[-1] if self.steps else None


class Way(NamedTuple):
    """The whole way of a packet. ``verdicts`` are in the order in which it meets them.

    ``to_host``: a pod's packet to its own host, with which Felix does what it is configured to.
    ``allow`` is None where a rule that matches HTTP would decide.
    """

    allow: bool | None
    verdicts: tuple[Verdict, ...]
    to_host: bool = False


class _Http(Exception):
    """A rule matches as far as can be seen, and HTTP decides."""

    def __init__(self, step: Step) -> None:
        super().__init__(step)
        self.step = step


class Evaluator:
    """Judges packets in a cluster; what it learns of rules it keeps."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.semantics: Semantics = cluster.semantics
        self._matchers: dict[tuple[int, str], tuple[Matcher, ...]] = {}

    def _rules(self, owner: Policy | Profile, direction: str) -> tuple[Matcher, ...]:
        key = id(owner), direction
        found = self._matchers.get(key)
        if found is None:
            namespace = owner.namespace if isinstance(owner, Policy) else ''
            found = self._matchers[key] = tuple(
                Matcher(rule, namespace, self.cluster) for rule in owner.rules(direction)
            )
        return found

    def _first(
        self, owner: Policy | Profile, direction: str, packet: Packet, tier: str
    ) -> Step | None:
        """The first rule that matches and does not only log."""
        for number, matcher in enumerate(self._rules(owner, direction)):
            action = matcher.rule.action
            if action != 'Log' and matcher.matches(packet):
                step = Step(direction, tier, owner, number, _ACTIONS[action])
                if matcher.rule.http:
                    raise _Http(step)
                return step
        return None

    def _policies(self, group: Group, direction: str, packet: Packet) -> Step | None:
        for policy in group.policies:
            step = self._first(policy, direction, packet, group.tier.name)
            if step is not None:
                return step
        return None

    def pod(self, endpoint: Endpoint, direction: str, packet: Packet) -> Verdict:
        """What an endpoint's own policies and profiles say."""
        return self._normal(endpoint, direction, packet, direction)

    def _normal(self, endpoint: Endpoint, direction: str, packet: Packet, stage: str) -> Verdict:
        steps: list[Step] = []
        if self.semantics.is_ebpf:
            broken = self._log_in_profile(endpoint, direction)
            if broken is not None:
                return Verdict(endpoint, stage, DENY, broken=broken)
        try:
            for group in self.cluster.groups(endpoint, direction):
                step = self._policies(group, direction, packet) or _end(group, direction)
                steps.append(step)
                if step.action != PASS:
                    return Verdict(endpoint, stage, step.action, tuple(steps))
            steps += self._profiles(endpoint, direction, packet)
        except _Http as http:
            return Verdict(endpoint, stage, '', tuple(steps), unknown=http.step)
        # Nobody is left whom a profile could pass the packet to.
        return Verdict(endpoint, stage, steps[-1].action.replace(PASS, DENY), tuple(steps))

    def _log_in_profile(self, endpoint: Endpoint, direction: str) -> Step | None:
        """A Log rule in a profile, which breaks felix/bpf/polprog ``writeProfile``."""
        for name in endpoint.profile_names:
            profile = self.cluster.profiles.get(name)
            for number, rule in enumerate(profile.rules(direction) if profile else ()):
                if rule.action == 'Log':
                    return Step(direction, PROFILE_TIER, profile, number, DENY)
        return None

    def _profiles(self, endpoint: Endpoint, direction: str, packet: Packet) -> Iterator[Step]:
        """What profiles say, in their order, until one decides."""
        for name in endpoint.profile_names:
            profile = self.cluster.profiles.get(name)
            if profile is None:
                # Felix puts a profile in its place that denies everything.
                profile = Profile(name, (), _DENY, _DENY)
                yield Step(direction, PROFILE_TIER, profile, 0, DENY)
                return
            step = self._first(profile, direction, packet, PROFILE_TIER)
            if step is not None:
                yield step
                if step.action != PASS:
                    return
                if self.semantics.is_ebpf:
                    return  # its program ends there
        yield Step(direction, PROFILE_TIER, None, END, DENY)

    def _forward(self, endpoint: Endpoint, direction: str, packet: Packet) -> Verdict:
        """What is forwarded asks the policies that apply to that, and no profiles."""
        stage = f'{FORWARD}-{direction}'
        steps: list[Step] = []
        groups = self.cluster.groups(endpoint, direction, FORWARD)
        if not groups:
            is_asked = self.cluster.is_governed(endpoint, FORWARD)
            return Verdict(endpoint, stage, '' if is_asked else ALLOW)
        try:
            for group in groups:
                step = self._policies(group, direction, packet) or _end(group, direction)
                steps.append(step)
                if step.action != PASS:
                    return Verdict(endpoint, stage, step.action, tuple(steps))
        except _Http as http:
            return Verdict(endpoint, stage, '', tuple(steps), unknown=http.step)
        return Verdict(endpoint, stage, '', tuple(steps))

    def _early(
        self, endpoint: Endpoint, direction: str, packet: Packet, of: str, stage: str
    ) -> Verdict | None:
        """What comes before all else, and has no end of tier; None where nothing is asked."""
        groups = self.cluster.groups(endpoint, direction, of)
        if not groups and not (of == UNTRACKED and self.cluster.is_governed(endpoint, of)):
            return None
        if self._is_failsafe(packet, direction, answers=of == UNTRACKED):
            return Verdict(endpoint, stage, ALLOW, failsafe=True)
        steps: list[Step] = []
        try:
            for group in groups:
                step = self._policies(group, direction, packet)
                if step is not None:
                    steps.append(step)
                    if step.action != PASS:
                        return Verdict(endpoint, stage, step.action, tuple(steps))
        except _Http as http:
            return Verdict(endpoint, stage, '', tuple(steps), unknown=http.step)
        return Verdict(endpoint, stage, '', tuple(steps))

    def _is_failsafe(self, packet: Packet, direction: str, answers: bool = False) -> bool:
        failsafes = self.semantics.failsafes
        if (packet.protocol, packet.destination_port) in failsafes[direction]:
            return True
        # Before connections are tracked, the answers to failsafe traffic need a way, too.
        other = EGRESS if direction == INGRESS else INGRESS
        return answers and (packet.protocol, packet.source_port) in failsafes[other]

    def _host(self, endpoint: Endpoint, direction: str, packet: Packet) -> Verdict:
        """What goes to the host itself or comes from it."""
        stage = f'{NORMAL}-{direction}'
        if self._is_failsafe(packet, direction):
            return Verdict(endpoint, stage, ALLOW, failsafe=True)
        return self._normal(endpoint, direction, packet, stage)

    def way(
        self,
        packet: Packet,
        source_interface: str | None = None,
        destination_interface: str | None = None,
    ) -> Way:
        """The whole way of a packet through the node on which all endpoints are.

        An address that no endpoint has is outside, and reached by the interface that is named;
        without one, no host endpoint is asked.
        """
        cluster = self.cluster
        source = cluster.owners.get(packet.source)
        destination = cluster.owners.get(packet.destination)
        verdicts: list[Verdict] = []
        entry = leaving = None
        if source is None and source_interface is not None:
            entry = cluster.interfaces.get(source_interface)
        if destination is None and destination_interface is not None:
            leaving = cluster.interfaces.get(destination_interface)
        accepted: bool | None = False
        if entry is not None:
            accepted = self._enter(entry, packet, verdicts)
            if accepted is None:
                return _way(verdicts)
        to_host = destination is not None and destination.is_host
        if source is not None and not source.is_host:
            verdicts.append(self.pod(source, EGRESS, packet))
            if _stops(verdicts):
                return _way(verdicts)
            if to_host:
                allow = self.semantics.endpoint_to_host != 'Drop'
                return Way(allow, tuple(verdicts), to_host=True)
        elif source is not None and source.is_host:
            if destination is not None:
                # Nothing stands between a host and its own pods.
                return Way(True, ())
            if leaving is not None:
                self._leave(leaving, packet, verdicts)
            return _way(verdicts)
        if to_host:
            if entry is not None and not accepted:
                verdicts.append(self._host(entry, INGRESS, packet))
            return _way(verdicts)
        if entry is not None and not accepted:
            verdicts.append(self._forward(entry, INGRESS, packet))
            if _stops(verdicts):
                return _way(verdicts)
        if destination is not None:
            verdicts.append(self.pod(destination, INGRESS, packet))
        elif leaving is not None:
            verdicts.append(self._forward(leaving, EGRESS, packet))
        return _way(verdicts)

    def _enter(self, entry: Endpoint, packet: Packet, verdicts: list[Verdict]) -> bool | None:
        """Before routing: whether later stages are skipped, or None where the packet ends here."""
        for of, stage in ((UNTRACKED, f'untracked-{INGRESS}'), (PRE_DNAT, 'pre-dnat')):
            verdict = self._early(entry, INGRESS, packet, of, stage)
            if verdict is None:
                continue
            verdicts.append(verdict)
            if _stops(verdicts):
                return None
            if verdict.action == ALLOW and not verdict.failsafe:
                return True
        return False

    def _leave(self, leaving: Endpoint, packet: Packet, verdicts: list[Verdict]) -> None:
        verdict = self._early(leaving, EGRESS, packet, UNTRACKED, f'untracked-{EGRESS}')
        if verdict is not None:
            verdicts.append(verdict)
            if _stops(verdicts) or (verdict.action == ALLOW and not verdict.failsafe):
                return
        verdicts.append(self._host(leaving, EGRESS, packet))


_DENY = (Rule('Deny'),)


def _end(group: Group, direction: str) -> Step:
    action = PASS if group.tier.default_action == 'Pass' else DENY
    return Step(direction, group.tier.name, group.policies[0], END, action)


def _stops(verdicts: list[Verdict]) -> bool:
    last = verdicts[-1]
    return last.action == DENY or last.unknown is not None


def _way(verdicts: list[Verdict]) -> Way:
    if any(verdict.action == DENY for verdict in verdicts):
        return Way(False, tuple(verdicts))
    if any(verdict.unknown is not None for verdict in verdicts):
        return Way(None, tuple(verdicts))
    return Way(True, tuple(verdicts))
