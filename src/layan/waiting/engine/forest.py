"""Boosted regression trees read from data: what other branches teach about a wait (B7). Fitting them is not done here."""

from collections.abc import Sequence
from typing import Any, TypeAlias

#: A branch of a tree: feature, threshold, where to go when the value is at most the threshold, where otherwise.
Node: TypeAlias = "float | tuple[int, float, Node, Node]"


class Forest:
    """A sum of trees; with no tree it says 0."""

    def __init__(self, trees: Sequence[Node] = ()) -> None:
        self._trees = tuple(trees)

    def at(self, values: Sequence[float]) -> float:
        """Return the sum of the leaves that these values fall into."""
        total = 0.0
        for tree in self._trees:
            node = tree
            while isinstance(node, tuple):
                node = node[2] if values[node[0]] <= node[1] else node[3]
            total += node
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
