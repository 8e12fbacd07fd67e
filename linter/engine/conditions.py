"""What a file is checked by: one value for all that it takes."""

from __future__ import annotations

from linter.calico.surroundings import ALONE, Surroundings
from linter.calico.target import Target
from linter.catalogue.catalogue import Catalogue

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from linter.text.records import NamedTuple


class Conditions(NamedTuple):
    """``target`` is the Calico that is asked, ``catalogue`` the rules and facts.

    ``suppress`` False: suppressions are not looked for. ``require_reason``: one without a reason is
    a finding. ``identify``: findings get the identity by which a baseline knows them. ``embedded``:
    Calico's objects inside those of others are judged, too. ``markdown``: so are the blocks of YAML
    in a file of that name. ``summarise``: what documents mean is noted, too, as ``dataplane`` reads
    them, for the rules of a root.
    """

    target: Target
    catalogue: Catalogue
    surroundings: Surroundings = ALONE
    suppress: bool = True
    require_reason: bool = False
    identify: bool = False
    embedded: bool = False
    markdown: bool = False
    summarise: bool = False
    dataplane: str = 'iptables'


def conditions(
    target: Target,
    catalogue: Catalogue,
    suppress: bool = True,
    require_reason: bool = False,
    profile: str = 'default',
) -> Conditions:
    """Those of a file by itself: every rule of the profile runs."""
    running = catalogue.selecting(frozenset(), frozenset(), profile)
    return Conditions(target, running, suppress=suppress, require_reason=require_reason)
