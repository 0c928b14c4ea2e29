"""Writes a student as an ONNX graph of plain tensor operators, with its manifest inside."""

import json

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from data import FEATURES, LABELS, NUMBER, NUMBERS, OFFSETS
from onnx_runtime import MANIFEST_KEY, open_session
from student import GOAL_SHARE, share_of_goal

OPSET, IR_VERSION = 13, 8
# Added before a number of a label is truncated to an integer, against rounding.
NEAREST = 0.4


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


def graph_of_student(student):
    """The student with its first layer in two parts: a product for the ramps, and a sum of looked-up rows for the labels."""
    graph = Graph()
    (first, second, last), (bias, second_bias, last_bias) = (
        [np.asarray(array) for array in arrays] for arrays in student.parameters
    )
    count = len(student.others.start)
    ramps = ramps_of(graph, student.others, "ramps")
    line = graph.dense(ramps, first[:count], bias, "ramps_line")
    line = graph.node("Add", [line, sum_of_rows(graph, student.tables, first[count:])], "hidden1_line")
    hidden = graph.node("Relu", [line], "hidden1")
    hidden = graph.node("Relu", [graph.dense(hidden, second, second_bias, "hidden2_line")], "hidden2")
    falls = graph.node("Relu", [graph.dense(hidden, last[:, 1:], last_bias[1:], "falls_line")], "falls")
    falls = graph.node("Add", [falls, graph.constant("floor", student.floor)], "falls_with_floor")
    falls = graph.node("Mul", [falls, ramps_of(graph, student.goal, "goal")], "falls_so_far")
    minus = graph.constant("minus", np.full((len(student.floor), 1), -1.0))
    fall = graph.node("MatMul", [falls, minus], "fall")
    offsets = np.zeros((len(FEATURES), 1))
    offsets[[NUMBER[name] for name in OFFSETS]] = 1
    offset = graph.node("MatMul", ["features", graph.constant("offsets", offsets)], "offset")
    base = graph.node("Add", [graph.dense(hidden, last[:, :1], last_bias[:1], "base"), offset], "base_with_offset")
    add_probability(graph, graph.node("Add", [base, fall], "logit"))
    return graph


def add_probability(graph, logit):
    """The probability of the logit, and the small share of it that depends on the goal alone."""
    by_logit = graph.node("Sigmoid", [logit], "probability_by_logit")
    by_logit = graph.node("Mul", [by_logit, graph.constant("logit_share", 1 - GOAL_SHARE)], "probability_by_logit_share")
    high_goal = ramps_of(graph, share_of_goal(), "high_goal")
    by_goal = graph.dense(high_goal, np.full((1, 1), -GOAL_SHARE), [GOAL_SHARE], "probability_by_goal")
    graph.node("Add", [by_logit, by_goal], "probability")


def ramps_of(graph, ramps, output):
    weights = np.zeros((len(FEATURES), len(ramps.start)))
    weights[ramps.column, np.arange(len(ramps.start))] = ramps.slope
    return graph.clip(graph.dense("features", weights, -ramps.start * ramps.slope, f"{output}_of_features"), 0.0, 1.0, output)


def sum_of_rows(graph, tables, rows):
    """The sum of one row per table. The tables are stacked for a single look-up; slices and sums are fastest in tract."""
    columns = [len(NUMBERS) + LABELS.index(name) if name in LABELS else NUMBER[name] for name in tables]
    select = np.zeros((len(FEATURES), len(tables)))
    select[columns, np.arange(len(tables))] = 1
    first = np.cumsum([0, *tables.values()])[:-1] - [name == "launch_month" for name in tables]
    ids = graph.node("Cast", [graph.dense("features", select, first + NEAREST, "ids_line")], "ids", to=TensorProto.INT32)
    found = graph.node("Gather", [graph.constant("tables", rows), ids], "rows", axis=0)
    size = rows.shape[1]
    flat = graph.node("Reshape", [found, graph.constant("flat", [-1, len(tables) * size], np.int64)], "rows_flat")
    total, *others = (graph.columns(flat, at * size, size, f"row{at}") for at in range(len(tables)))
    for at, part in enumerate(others, 1):
        total = graph.node("Add", [total, part], f"rows_to_{at}")
    return total


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
