"""Writes a student as an ONNX graph of plain tensor operators, with its manifest inside."""

import itertools
import json
from dataclasses import dataclass, replace

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from data import FEATURES, NUMBER, NUMBERS
from onnx_runtime import MANIFEST_KEY, open_session
from student import FLAGS, NEAREST

OPSET, IR_VERSION = 13, 8
# The start of a ramp that is 1 for every value.
FAR_BELOW = -1e4


class Graph:
    """Collects nodes and constants; every method returns the name of its output."""

    def __init__(self):
        self.nodes, self.constants = [], {}

    def constant(self, name, values, kind=np.float32):
        self.constants[name] = numpy_helper.from_array(np.asarray(values, dtype=kind), name)
        return name

    def node(self, operator, inputs, output, **attributes):
        self.nodes.append(helper.make_node(operator, inputs, [output], name=output, **attributes))
        return output

    def clip(self, value, low, high, output):
        low = self.constant(f"{output}_low", low)
        high = self.constant(f"{output}_high", high)
        return self.node("Clip", [value, low, high], output)

    def columns(self, value, first, count, output):
        bounds = [
            self.constant(f"{output}_from", [first], np.int64),
            self.constant(f"{output}_to", [first + count], np.int64),
            self.constant("columns_axis", [1], np.int64),
        ]
        return self.node("Slice", [value, *bounds], output)

    def dense(self, value, weight, bias, output):
        product = self.node("MatMul", [value, self.constant(f"{output}_weight", weight)], f"{output}_product")
        return self.node("Add", [product, self.constant(f"{output}_bias", bias)], output)

    def model(self, manifest):
        source = helper.make_tensor_value_info("features", TensorProto.FLOAT, ["B", len(FEATURES)])
        target = helper.make_tensor_value_info("probability", TensorProto.FLOAT, ["B", 1])
        graph = helper.make_graph(self.nodes, "pledgecast", [source], [target], list(self.constants.values()))
        model = helper.make_model(
            graph,
            opset_imports=[helper.make_opsetid("", OPSET)],
            ir_version=IR_VERSION,
            producer_name="pledgecast-training",
        )
        helper.set_model_props(model, {MANIFEST_KEY: json.dumps(manifest, sort_keys=True, separators=(",", ":"))})
        onnx.checker.check_model(model, full_check=True)
        return model.SerializeToString(deterministic=True)


@dataclass
class Axis:
    """The index of a table: steps of a weighted sum of features, clipped at both ends."""

    weights: dict
    shift: float
    count: int
    stride: int = 1


@dataclass
class Table:
    axes: list
    rows: np.ndarray

    def across(self, other):
        """The table of all pairs of rows, which needs one look-up instead of two."""
        mine = [replace(axis, stride=axis.stride * len(other.rows)) for axis in self.axes]
        pairs = self.rows[:, None] + other.rows
        return Table(mine + other.axes, pairs.reshape(-1, self.rows.shape[1]))


def graph_of_student(student, parents, repeat_creator_offset):
    """The student as look-ups and a few narrow products; tract is better at look-ups.

    Everything except the goal has few values, so the first layer is not a product of ramps and weights but a sum of
    rows, one from each table. `parents` has the number of the parent for the number of each category.
    """
    graph = Graph()
    found = tables(student, parents)
    axes = [axis for table in found for axis in table.axes]
    # Three more ramps: two that are always 1, for the positive and negative base score, and one for the creator.
    parts = 3 + len(student.goal.start)
    bounded = steps_and_ramps(
        graph,
        axes,
        np.concatenate([[0, 0, NUMBER["repeat_creator"]], student.goal.column]).astype(int),
        np.concatenate([[FAR_BELOW, FAR_BELOW, -1], student.goal.start]).astype(np.float32),
        np.concatenate([[1, 1, 0.5], student.goal.slope]).astype(np.float32),
    )
    second, last = student.weights[1:]
    hidden = graph.node("Relu", [sum_of_rows(graph, found, bounded, len(axes) + parts)], "hidden1")
    hidden = graph.node("Relu", [graph.dense(hidden, second, student.biases[1], "hidden2_line")], "hidden2")
    base, nothing = last[:, :1], np.zeros((len(last), 1))
    bias = student.biases[2]
    falls = graph.dense(
        hidden,
        np.concatenate([base, -base, nothing, last[:, 1:]], axis=1),
        np.concatenate([[bias[0], -bias[0], 1.0], bias[1:]]),
        "parts_line",
    )
    falls = graph.node("Relu", [falls], "parts")
    scale = graph.columns(bounded, len(axes), parts, "ramps")
    signs = np.full((parts, 1), -1.0)
    signs[:3, 0] = 1.0, -1.0, 2 * repeat_creator_offset
    logit = graph.dense(graph.node("Mul", [falls, scale], "scaled"), signs, [-repeat_creator_offset], "logit")
    graph.node("Sigmoid", [logit], "probability")
    return graph


def steps_and_ramps(graph, axes, column, start, slope):
    """The position of a row on each axis, from 0 to 1, and its ramps: one product and one clip for both."""
    weights = np.zeros((len(FEATURES), len(axes) + len(start)))
    bias = np.empty(weights.shape[1])
    at = {name: index for index, name in enumerate(FEATURES)}
    for index, axis in enumerate(axes):
        for name, weight in axis.weights.items():
            weights[at[name], index] = weight / (axis.count - 1)
        bias[index] = axis.shift / (axis.count - 1)
    weights[column, len(axes) + np.arange(len(start))] = slope
    bias[len(axes) :] = -start * slope
    return graph.clip(graph.dense("features", weights, bias, "bounded_line"), 0.0, 1.0, "bounded")


def sum_of_rows(graph, found, bounded, width):
    """The sum of one row per table. The tables are stacked for a single look-up; slices and sums are fastest in tract."""
    number = np.zeros((width, len(found)))
    begin = np.cumsum([0, *(len(table.rows) for table in found)])[:-1]
    axes = ((column, axis) for column, table in enumerate(found) for axis in table.axes)
    for index, (column, axis) in enumerate(axes):
        number[index, column] = (axis.count - 1) * axis.stride
    ids = graph.node("Cast", [graph.dense(bounded, number, begin + NEAREST, "ids_sum")], "ids", to=TensorProto.INT32)
    stack = graph.constant("tables", np.concatenate([table.rows for table in found]))
    rows = graph.node("Gather", [stack, ids], "rows", axis=0)
    size = found[0].rows.shape[1]
    flat = graph.node("Reshape", [rows, graph.constant("flat", [-1, len(found) * size], np.int64)], "rows_flat")
    total, *others = (graph.columns(flat, at * size, size, f"row{at}") for at in range(len(found)))
    for at, part in enumerate(others, 1):
        total = graph.node("Add", [total, part], f"rows_to_{at}")
    return total


def tables(student, parents):
    """The tables of the first layer; its bias is added to the rows of month and weekday."""
    by = student.rows_by_name()

    def stepped(name):
        steps = student.steps[name]
        axis = Axis({name: 1 / steps.width}, -steps.low / steps.width, steps.count)
        return Table([axis], by[name])

    labels = {name: Table([Axis({name: 1}, 0, len(by[name]))], by[name]) for name in ("country", "currency")}
    flags = np.array(list(itertools.product([0, 1], repeat=len(FLAGS))))
    bits = {name: 2.0**bit for bit, name in enumerate(reversed(FLAGS))}
    flagged = Table([Axis(bits, 0, len(flags))], flags @ np.concatenate([by[name] for name in FLAGS]))
    days = len(by["launch_weekday"])
    time = (by["launch_month"][:, None] + by["launch_weekday"]).reshape(-1, len(student.biases[0]))
    when = Axis({"launch_month": days, "launch_weekday": 1}, -days, len(time))
    # A category includes the row of its parent. Rows for the parent alone follow all categories and are used if the
    # category is unknown; otherwise their axis is far below zero.
    kind = np.concatenate([by["category"] + by["parent"][parents], by["category"][0] + by["parent"]])
    categories = len(by["category"])
    known = Axis({"category": 1}, 0, categories)
    alone = Axis({"parent": 1, "category": -len(kind)}, categories, len(kind))
    return [
        stepped("log_preparation"),
        stepped("duration_days"),
        stepped("name_chars"),
        stepped("blurb_chars"),
        stepped("blurb_words"),
        stepped("name_words").across(flagged),
        Table([when], time + student.biases[0]),
        Table([known, alone], kind),
        labels["country"].across(labels["currency"]),
    ]


def graph_of_line(weights, bias):
    """The simplest possible model: a weighted sum of the numbers. For tests that need a second model."""
    graph = Graph()
    numbers = graph.columns("features", 0, len(NUMBERS), "numbers")
    line = graph.dense(numbers, np.reshape(weights, (-1, 1)), [bias], "logit")
    graph.node("Sigmoid", [line], "probability")
    return graph


def run(model, inputs):
    """The probabilities from ONNX Runtime."""
    return open_session(model).run(None, {"features": inputs.astype(np.float32)})[0][:, 0]
