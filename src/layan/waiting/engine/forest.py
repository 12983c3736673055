"""Boosted regression trees read from data: what other branches teach about a wait (B7). Fitting them is not done here."""

from collections.abc import Sequence
from typing import Any, TypeAlias

#: A branch of a tree: feature, threshold, where to go when the value is at most the threshold, where otherwise.
Node: TypeAlias = "float | tuple[int, float, Node, Node]"


class Forest:
    """A sum of trees; with no tree it says 0. It is walked ten thousand times a second: nodes refer to the next ones directly."""

    def __init__(self, trees: Sequence[Node] = ()) -> None:
        #: Of a branch: feature, threshold, the next node if at most the threshold, if more. Of a leaf: feature -1, value.
        self._roots = [_walked(tree) for tree in trees]

    def at(self, values: Sequence[float]) -> float:
        """Return the sum of the leaves that these values fall into."""
        total = 0.0
        for root in self._roots:
            feature, threshold, low, high = root
            while feature >= 0:
                feature, threshold, low, high = low if values[feature] <= threshold else high
            total += threshold
        return total

    @classmethod
    def from_json(cls, trees: list[Any]) -> "Forest":
        """Return the forest of trees written as nested lists."""
        return cls([_node(tree) for tree in trees])


def _walked(node: Node) -> tuple[int, float, Any, Any]:
    if isinstance(node, tuple):
        feature, threshold, low, high = node
        return (feature, threshold, _walked(low), _walked(high))
    return (-1, node, None, None)


def _node(written: Any) -> Node:
    if isinstance(written, list):
        feature, threshold, low, high = written
        return (int(feature), float(threshold), _node(low), _node(high))
    return float(written)
