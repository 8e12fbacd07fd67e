"""What decoding leaves: values by type and format, and what did not fit the schema."""

from __future__ import annotations

from collections.abc import Callable

from linter.calico.schema_files import Schema
from linter.calico.target import Lane
from linter.calico.values import Array, Leaf, Object, Slot, Value
from linter.yaml.nodes import Node, Scalar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from linter.text.records import NamedTuple


class Problem(NamedTuple):
    """Something that does not fit the schema.

    ``kind``: ``unknown``, ``later`` (a field that this version does not know yet), ``case``,
    ``case-duplicate``, ``duplicate``, ``merge-override``, ``merge`` (of what is no mapping),
    ``key``, ``type``, ``null-item``, ``missing``, ``absent`` (the document has no metadata or no
    spec), ``value``, ``coerced``, ``coerced-key``, ``bad-tag``, ``infinite`` (a number that JSON
    cannot hold). ``owner`` is the object in which it stands, ``name`` the field; ``first`` the
    other key of a duplicate.
    """

    kind: str
    owner: Object | Array | None
    name: str
    value: Value | None
    key: Scalar | None
    schema: Schema
    first: Scalar | None = None


class Subjects(dict[str, 'list[Value]']):
    """Values by what they are; of what is not there yet, none."""

    __slots__ = ()

    def __missing__(self, name: str) -> list[Value]:
        found = self[name] = []
        return found


class Decoded:
    """A decoded document: its values, what did not fit, and its parts by type and format."""

    __slots__ = ('free', 'lane', 'problems', 'root', 'subjects', 'tagged')

    def __init__(self, lane: Lane) -> None:
        self.lane = lane
        self.problems: list[Problem] = []
        self.subjects = Subjects()
        self.tagged: list[Leaf] = []
        self.root: Object | None = None
        # Nodes that no schema reads, by identity: aliases lead to the same ones again.
        self.free: set[int] = set()

    def release(self) -> None:
        """Let the values go, which point at one another in circles; nobody may look at them now.

        Python finds circles by looking at everything there is, which takes longer than to judge
        the document.
        """
        self.problems = []
        self.subjects.clear()
        waiting: list[Value] = [] if self.root is None else [self.root]
        while waiting:
            value = waiting.pop()
            if value.__class__ is Object:
                assert isinstance(value, Object)
                waiting += value.fields.values()
                value.fields, value.nulls = {}, {}
            elif value.__class__ is Array:
                assert isinstance(value, Array)
                waiting += value.items
                value.items = []


Decode = Callable[[Decoded, Node, Slot], Value | None]
"""A compiled schema: the value of a node at its slot, None where it is null."""
