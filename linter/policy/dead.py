"""Dead rules in words, for the rules that report them."""

from __future__ import annotations

from collections.abc import Iterator

from linter.policy.dead_rule import INFO, ROOT, DeadRule, Taker, asks_nothing
from linter.policy.model import Place
from linter.text.suggest import listing

_VERBS = {'Allow': 'allows', 'Deny': 'denies', 'Pass': 'passes on', 'Log': 'logs'}
_PAST = {'Allow': 'allowed', 'Deny': 'denied', 'Pass': 'passed on'}
_MOST = 3


def sentence(dead: DeadRule) -> str:
    """``no packet reaches this Deny: … takes everything that it matches first, and …``."""
    names = [_named(taker, dead.direction) for taker in dead.takers]
    if len(names) > _MOST + 1:
        names = [*names[:_MOST], f'{len(names) - _MOST} more']
    verb = 'takes' if len(names) == 1 else 'take'
    verdicts = dead.verdicts.all
    words = [_PAST[verdict] for verdict in ('Allow', 'Deny', 'Pass') if verdict in verdicts]
    what = words[0] if len(words) == 1 else f'partly {listing(words, "and partly")}'
    return (
        f'no packet reaches this {dead.rule.action}: {listing(names, "and")} {verb} everything '
        f'that it matches first, and that is {what}'
    )


def advice(dead: DeadRule) -> str:
    """What to write instead."""
    first = dead.takers[0]
    if dead.severity == INFO:
        return 'remove the rule'
    whole = _that_takes_all(dead)
    if whole is not None:
        return (
            f'move {_named(whole, dead.direction)} into a policy of its own that comes after '
            f'{dead.policy.shown}, or remove the rule'
        )
    if first.policy.tier != dead.policy.tier:
        return f'pass its traffic on in tier {first.policy.tier}, or remove the rule'
    if first.policy.order is None:
        return f'give {dead.policy.shown} an order, or remove the rule'
    return f'give {dead.policy.shown} an order below {first.policy.order:g}, or remove the rule'


def _that_takes_all(dead: DeadRule) -> Taker | None:
    """A rule that allows or passes on everything, if the policy of the dead rule has one, too.

    Another order would make dead what the policy of that rule says before it.
    """
    rules = dead.policy.rules(dead.direction)
    if not any(one.action in ('Allow', 'Pass') and asks_nothing(one) for one in rules):
        return None
    return next(
        (
            taker
            for taker in dead.takers
            if not taker.is_end
            and taker.number
            and taker.policy.tier == dead.policy.tier
            and taker.action in ('Allow', 'Pass')
            and asks_nothing(taker.policy.rules(dead.direction)[taker.number])
        ),
        None,
    )


def hint_of(dead: DeadRule) -> str | None:
    """On what the claim rests, where that may be wrong."""
    if dead.rests_on != ROOT:
        return None
    return (
        f'if a policy that is not here passes traffic on in tier {dead.takers[0].policy.tier}, '
        'the root is not closed: remove closed: true'
    )


def related(dead: DeadRule) -> Iterator[tuple[Place, str]]:
    """The places of what takes its packets."""
    for taker in dead.takers[: _MOST + 1]:
        policy = taker.policy
        if taker.is_end:
            yield (
                policy.place,
                f'the end of tier {policy.tier} denies what no rule of it decides, since this '
                'policy selects the endpoint',
            )
        else:
            rule = policy.rules(dead.direction)[taker.number]
            place = Place(policy.place.path, rule.line, rule.start, rule.start + 1)
            yield place, f'{policy.shown} {_VERBS[taker.action]} it here'


def _named(taker: Taker, direction: str) -> str:
    if taker.is_end:
        return f'the end of tier {taker.policy.tier}'
    return f'{direction}[{taker.number}] of {taker.policy.shown}'
