"""Boosted regression trees read from data: what other branches teach about a wait (B7). Fitting them is not done here."""

from collections.abc import Sequence
from typing import Any, TypeAlias

#: A branch of a tree: feature, threshold, where to go when the value is at most the threshold, where otherwise.
Node: TypeAlias = "float | tuple[int, float, Node, Node]"


class Forest:
    """A sum of trees; with no tree it says 0. All nodes stand in one flat list: it is walked ten thousand times a second."""

    def __init__(self, trees: Sequence[Node] = ()) -> None:
        #: Of a branch: feature, threshold, index of the next node if at most the threshold, if more. Of a leaf: feature -1, value.
        self._nodes: list[tuple[int, float, int, int]] = []
        self._roots = [self._add(tree) for tree in trees]

    def _add(self, node: Node) -> int:
        index = len(self._nodes)
        if isinstance(node, tuple):
            self._nodes.append((-1, 0.0, 0, 0))
            feature, threshold, low, high = node
            self._nodes[index] = (feature, threshold, self._add(low), self._add(high))
        else:
            self._nodes.append((-1, node, 0, 0))
        return index

    def at(self, values: Sequence[float]) -> float:
        """Return the sum of the leaves that these values fall into."""
        nodes, total = self._nodes, 0.0
        for root in self._roots:
            feature, threshold, low, high = nodes[root]
            while feature >= 0:
                feature, threshold, low, high = nodes[low if values[feature] <= threshold else high]
            total += threshold
        return total

    @classmethod
    def from_json(cls, trees: list[Any]) -> "Forest":
        """Return the forest of trees written as nested lists."""
        return cls([_node(tree) for tree in trees])


def _node(written: Any) -> Node:
    if isinstance(written, list):
        feature, threshold, low, high = written
        return (int(feature), float(threshold), _node(low), _node(high))
    return float(written)
