"""What became of a packet, in sentences."""

from __future__ import annotations

from typing import NamedTuple

from linter.calico.nets import format_address
from linter.policy.cluster import Address, Endpoint
from linter.policy.evaluate import END, PASS, PROFILE_TIER, Step, Verdict, Way
from linter.policy.match import Packet
from linter.policy.model import EGRESS, Policy, Profile
from linter.policy.read import PROTOCOL_NUMBERS

_NAMES = {number: name for name, number in PROTOCOL_NUMBERS.items()}
_VERDICTS = {'allow': 'allowed', 'deny': 'denied'}

UNDECIDED = 'unknown'
"""The verdict where only HTTP, which is not known here, can decide."""


class Shown(NamedTuple):
    """A step as results have it; ``path`` and ``line`` are where it is written, if anywhere."""

    direction: str
    tier: str
    policy: str
    rule: int | None
    action: str
    path: str | None
    line: int | None

    @property
    def place(self) -> str:
        return '' if self.path is None else f'{self.path}:{self.line}'

    def as_json(self) -> dict[str, object]:
        return {
            'direction': self.direction,
            'tier': self.tier,
            'policy': self.policy,
            'rule': 'end' if self.rule is None else self.rule,
            'action': self.action,
            'path': self.path,
            'line': self.line,
        }


def address(one: Address) -> str:
    family, number = one
    return format_address(number, 32 if family == 4 else 128)


def traffic(packet: Packet) -> str:
    """``TCP 5433``, ``ICMP type 8 code 0``, ``protocol 47``."""
    name = _NAMES.get(packet.protocol, f'protocol {packet.protocol}')
    if packet.icmp is not None:
        return f'{name} type {packet.icmp[0]} code {packet.icmp[1]}'
    return f'{name} {packet.destination_port}' if packet.destination_port else name


def full_name(by: Policy | Profile | None) -> str:
    """A policy as the field ``by`` of a test names it, without its tier."""
    if by is None:
        return 'Profile'
    if isinstance(by, Profile):
        return f'Profile/{by.name}'
    if by.namespace == '':
        return f'{by.kind}/{by.name}'
    return f'{by.kind}/{by.namespace}/{by.name}'


def decider(step: Step | None) -> str | None:
    """Who has decided, as the field ``by`` of a test names it."""
    if step is None:
        return None
    if step.tier == PROFILE_TIER:
        return 'profile'
    rule = 'end' if step.rule == END else step.rule
    return f'{step.tier}/{full_name(step.by)}[{rule}]'


def shown(step: Step) -> Shown:
    by, written = step.by, step.written
    path, line = None, None
    if by is not None and by.place is not None:
        path, line = by.place.path, by.place.line
        if written is not None and written.line:
            line = written.line
    tier = 'profile' if step.tier == PROFILE_TIER else step.tier
    rule = None if step.rule == END else step.rule
    return Shown(step.direction, tier, full_name(by), rule, step.action, path, line)


def sentence(verdict: Verdict, packet: Packet) -> str:
    """Why a stage says what it says: ``denied by end of tier default: …``."""
    word = _VERDICTS.get(verdict.action, 'let through')
    endpoint = verdict.endpoint
    if verdict.unknown is not None:
        step = verdict.unknown
        return f'not known: {_rule(step)} matches HTTP, which is not known here{_at(step)}'
    if verdict.broken is not None:
        by = verdict.broken.by
        name = by.name if by is not None else ''
        return (
            f'denied: Felix cannot build the eBPF program of {endpoint.shown}, '
            f'since profile {name} has a Log rule{_at(verdict.broken)}'
        )
    if verdict.failsafe:
        return f'{word} as a failsafe port of the host: {traffic(packet)}'
    step_or_none = verdict.decider
    if step_or_none is None:
        return f'{word}: no policy of {endpoint.shown} applies to what it {_does(verdict.stage)}'
    step = step_or_none
    if step.tier == PROFILE_TIER:
        return _by_profile(verdict, step, word)
    if step.action == PASS:
        return f'{word}: the last tier that applies, {step.tier}, passes it on{_at(step)}'
    if step.rule != END:
        return f'{word} by {_rule(step)}{_at(step)}'
    assert isinstance(step.by, Policy)
    return (
        f'{word} by end of tier {step.tier}: {step.by.shown} selects {endpoint.shown} for '
        f'{step.direction} and no rule takes {traffic(packet)}{_at(step)}'
    )


def _by_profile(verdict: Verdict, step: Step, word: str) -> str:
    endpoint = verdict.endpoint
    if len(verdict.steps) > 1 and any(one.tier != PROFILE_TIER for one in verdict.steps):
        why = 'every tier passes it on'
    else:
        why = f'no policy selects {endpoint.shown} for {step.direction}'
    if step.by is None:
        return f'{word}: {why}, and no profile of {endpoint.shown} allows it'
    if step.action == PASS:
        return f'{word}: {why}, and profile {step.by.name} passes it on to nobody{_at(step)}'
    if isinstance(step.by, Profile) and step.by.place is None and word == 'denied':
        return f'{word}: {why}, and there is no profile {step.by.name}'
    return f'{word} by profile {step.by.name}: {why}{_at(step)}'


def _rule(step: Step) -> str:
    assert step.by is not None
    if isinstance(step.by, Profile):
        return f'rule {step.rule} of profile {step.by.name}'
    return f'{step.direction} rule {step.rule} of {step.by.shown} in tier {step.tier}'


def _at(step: Step) -> str:
    place = shown(step).place
    return f' ({place})' if place else ''


def _does(stage: str) -> str:
    return 'sends' if stage.endswith(EGRESS) else 'receives'


def heading(verdict: Verdict) -> str:
    """``ingress of shop/db``, ``forward-ingress of node1``."""
    return f'{verdict.stage} of {verdict.endpoint.shown}'


def decisive(way: Way) -> Verdict | None:
    """The verdict that counts: the first that denies or cannot be known, or the last that decides.

    Of a connection that is allowed, that is the last one judged; one that ended without a word
    has left the matter to the one before.
    """
    for verdict in way.verdicts:
        if verdict.action == 'deny' or verdict.unknown is not None:
            return verdict
    for verdict in reversed(way.verdicts):
        if verdict.steps or verdict.failsafe:
            return verdict
    return way.verdicts[-1] if way.verdicts else None


def who(endpoint: Endpoint | None, at: Address) -> str:
    """``shop/api (10.0.1.1)``, ``8.8.8.8``."""
    return address(at) if endpoint is None else f'{endpoint.shown} ({address(at)})'


def why_not_asked(way: Way) -> str:
    """The sentence where no stage decides a packet."""
    if way.to_host:
        return 'denied: Felix drops what a pod sends to its own host (DefaultEndpointToHostAction)'
    return 'allowed: nothing that is known here judges it'
