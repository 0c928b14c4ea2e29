"""Writes a student as an ONNX graph of plain tensor operators, with its manifest inside."""

import json

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from data import FEATURES, LABELS, NUMBER, NUMBERS

MANIFEST_KEY = "pledgecast"
OPSET, IR_VERSION = 13, 8
# Where a ramp starts that is 1 for every value.
FAR_BELOW = -1e4


class Graph:
    """Collects nodes and constants; every method gives the name of what it makes."""

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

    def ramps(self, column, start, slope, output):
        """As a product with a matrix that picks and scales the columns: the quickest way in tract."""
        pick = np.zeros((len(FEATURES), len(start)), np.float32)
        pick[column, np.arange(len(start))] = slope
        return self.clip(self.dense("features", pick, -start * slope, f"{output}_line"), 0.0, 1.0, output)

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


def graph_of_student(student, parents, repeat_creator_offset):
    """The student with few and large operators: each has a price of its own in tract, of a row as of a batch.

    `parents` has for the number of each category that of its parent.
    """
    graph = Graph()
    others = len(student.others.start)
    # Three more ramps: two that are always 1, for the base score of either sign, and that of the creator.
    ramps = graph.ramps(
        np.concatenate([student.others.column, [0, 0, NUMBER["repeat_creator"]], student.goal.column]),
        np.concatenate([student.others.start, [FAR_BELOW, FAR_BELOW, -1], student.goal.start]).astype(np.float32),
        np.concatenate([student.others.slope, [1, 1, 0.5], student.goal.slope]).astype(np.float32),
        "ramps",
    )
    first, second, last = student.weights
    hidden = graph.node(
        "MatMul",
        [graph.columns(ramps, 0, others, "ramps_others"), graph.constant("hidden1_weight", first[:others])],
        "hidden1_numbers",
    )
    # max(x, -t) + t is what max(x + t, 0) is; tract would fuse the plain sum into the product, slowly.
    below = tables(graph, student, parents)
    hidden = graph.node("Sub", [graph.node("Max", [hidden, below], "hidden1_bounded"), below], "hidden1")
    hidden = graph.node("Relu", [graph.dense(hidden, second, student.biases[1], "hidden2_line")], "hidden2")
    base, nothing = last[:, :1], np.zeros((len(last), 1))
    bias = student.biases[2]
    parts = graph.dense(
        hidden,
        np.concatenate([base, -base, nothing, last[:, 1:]], axis=1),
        np.concatenate([[bias[0], -bias[0], 1.0], bias[1:]]),
        "parts_line",
    )
    parts = graph.node("Relu", [parts], "parts")
    scale = graph.columns(ramps, others, 3 + len(student.goal.start), "ramps_parts")
    signs = np.full((3 + len(student.goal.start), 1), -1.0)
    signs[:3, 0] = 1.0, -1.0, 2 * repeat_creator_offset
    logit = graph.dense(graph.node("Mul", [parts, scale], "scaled"), signs, [-repeat_creator_offset], "logit")
    graph.node("Sigmoid", [logit], "probability")
    return graph


def tables(graph, student, parents):
    """Minus the sum of the rows that month, weekday and labels name, and of the bias of their layer.

    All tables are stacked to one, looked up once. Months with weekdays and countries with currencies are
    tables of pairs, and a category brings its parent's row along, to look up three rows and not six.
    """
    at, rows = len(student.others.start), {}
    for name, size in student.tables.items():
        rows[name] = student.weights[0][at : at + size]
        at += size
    width = student.weights[0].shape[1]
    time = (rows["launch_month"][:, None] + rows["launch_weekday"]).reshape(-1, width) + student.biases[0]
    place = (rows["country"][:, None] + rows["currency"]).reshape(-1, width)
    kind = np.concatenate([rows["category"] + rows["parent"][parents], rows["category"][0] + rows["parent"]])
    stack = [time, kind, place]
    begin = np.cumsum([0, *map(len, stack)])[:-1]
    days, currencies, categories = len(rows["launch_weekday"]), len(rows["currency"]), len(rows["category"])
    # Whole numbers from features: month with weekday (months count from 1), category, place, and the row of
    # the parent, which falls below zero and so is cut off where there is a category.
    step = np.zeros((len(FEATURES), 4))
    at = {name: index for index, name in enumerate(FEATURES)}
    step[at["launch_month"], 0], step[at["launch_weekday"], 0] = days, 1
    step[at["category"], 1] = 1
    step[at["country"], 2], step[at["currency"], 2] = currencies, 1
    step[at["parent"], 3], step[at["category"], 3] = 1, -len(kind)
    numbers = graph.node("Relu", [graph.dense("features", step, [-days, 0, 0, categories], "ids_line")], "ids_parts")
    together = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 1, 0]])
    ids = graph.node("Cast", [graph.dense(numbers, together, begin, "ids_sum")], "ids", to=TensorProto.INT32)
    found = graph.node("Gather", [graph.constant("tables", -np.concatenate(stack)), ids], "rows", axis=0)
    flat = graph.node("Reshape", [found, graph.constant("flat", [-1, len(stack) * width], np.int64)], "rows_flat")
    # Slices and sums: the quicker way in tract, against a sum over the middle axis.
    parts = [graph.columns(flat, at * width, width, f"row{at}") for at in range(len(stack))]
    total = parts[0]
    for at, part in enumerate(parts[1:], 1):
        total = graph.node("Add", [total, part], f"rows_to_{at}")
    return total


def graph_of_line(weights, bias):
    """The simplest model there can be: a weighted sum of the numbers. For tests that need a second model."""
    graph = Graph()
    numbers = graph.columns("features", 0, len(NUMBERS), "numbers")
    line = graph.dense(numbers, np.reshape(weights, (-1, 1)), [bias], "logit")
    graph.node("Sigmoid", [line], "probability")
    return graph


def run(model, inputs):
    """The probabilities by ONNX Runtime."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    return session.run(None, {"features": inputs.astype(np.float32)})[0][:, 0]
