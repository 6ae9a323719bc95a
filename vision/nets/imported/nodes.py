"""Adding nodes to an ONNX graph, and leaving out those that nobody needs any more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper


class Nodes:
    """Nodes that are put behind or before those of a graph; their names begin with cell_."""

    def __init__(self, graph: Any, opset: int) -> None:
        self._graph = graph
        self._opset = opset
        self._count = 0

    def constant(self, value: NDArray[Any]) -> str:
        """The name of a new constant."""
        name = self._name("value")
        self._graph.initializer.append(numpy_helper.from_array(value, name))
        return name

    def numbers(self, *values: int) -> str:
        """The name of a list of whole numbers."""
        return self.constant(np.asarray(values, np.int64))

    def add(self, kind: str, inputs: Sequence[str], output: str = "", **settings: Any) -> str:
        """A node of that kind behind the others; gives the name of what it computes."""
        name = output or self._name(kind.lower())
        node = helper.make_node(kind, list(inputs), [name], name=f"cell_node_{name}", **settings)
        self._graph.node.append(node)
        return name

    def before(self, kind: str, inputs: Sequence[str], output: str, place: int) -> str:
        """A node of that kind at a place from the front."""
        node = helper.make_node(kind, list(inputs), [output], name=f"cell_node_{output}")
        if kind == "Concat":
            node.attribute.append(helper.make_attribute("axis", 1))
        self._graph.node.insert(place, node)
        return output

    def rows(self, source: str, begin: int, end: int) -> str:
        """Rows begin to end (axis 1) of a tensor [1, rows, places]."""
        return self.add("Slice", [source, self.numbers(begin), self.numbers(end), self.numbers(1)])

    def highest(self, source: str) -> str:
        """The greatest over the rows (axis 1) of a tensor [1, rows, places]: [1, 1, places]."""
        if self._opset >= 18:
            return self.add("ReduceMax", [source, self.numbers(1)], keepdims=1)
        return self.add("ReduceMax", [source], axes=[1], keepdims=1)

    def _name(self, what: str) -> str:
        self._count += 1
        return f"cell_{what}_{self._count}"


def opset_of(model: Any) -> int:
    """The version of the operators that a model uses."""
    return max(o.version for o in model.opset_import if o.domain in ("", "ai.onnx"))


def keep_needed(graph: Any) -> None:
    """Leave out nodes and constants that no output needs, and sizes that were noted inside."""
    needed = {port.name for port in graph.output}
    kept = []
    for node in reversed(graph.node):
        if needed & set(node.output):
            kept.append(node)
            needed |= set(_needs(node))
    kept.reverse()
    del graph.node[:]
    graph.node.extend(kept)
    constants = [tensor for tensor in graph.initializer if tensor.name in needed]
    del graph.initializer[:]
    graph.initializer.extend(constants)
    del graph.value_info[:]


def _needs(node: Any) -> Iterator[str]:
    """What a node reads, also within its branches and loops."""
    yield from node.input
    for attribute in node.attribute:
        for graph in [attribute.g, *attribute.graphs] if _has_graphs(attribute) else []:
            for inner in graph.node:
                yield from _needs(inner)
            yield from (port.name for port in graph.output)


def _has_graphs(attribute: Any) -> bool:
    return attribute.type in (onnx.AttributeProto.GRAPH, onnx.AttributeProto.GRAPHS)
