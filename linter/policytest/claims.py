"""Claims about every packet: whether they hold for the policies, and what breaks them."""

from __future__ import annotations

from linter.policy.semantics import Semantics
from linter.policytest.model import CaseFile
from linter.policytest.policies import Loaded
from linter.policytest.report import ClaimResult


class Prover:
    """Tries claims on one set of policies."""

    def __init__(self, loaded: Loaded, semantics: Semantics) -> None:
        self.loaded = loaded
        self.semantics = semantics

    def results(self, case_file: CaseFile) -> list[ClaimResult]:
        raise NotImplementedError
