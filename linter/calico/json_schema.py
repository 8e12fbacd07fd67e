"""Why a value does not satisfy its part of the generated schema. The only owner of jsonschema.

The decoder finds *that* a value does not fit, quickly; jsonschema is loaded only to say why, so the
words of a finding rest on the same schema that editors read.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NamedTuple
else:
    from linter.text.records import NamedTuple


class Reason(NamedTuple):
    """The keyword that is not satisfied, its argument, and jsonschema's own sentence."""

    keyword: str
    limit: Any
    message: str


def reasons(schema: dict[str, Any], value: Any) -> list[Reason]:
    """Every keyword of a schema without references that a value does not satisfy."""
    from jsonschema.validators import Draft202012Validator

    return [
        Reason(str(error.validator), error.validator_value, error.message)
        for error in Draft202012Validator(schema).iter_errors(value)
    ]
