"""Writes a student as an ONNX graph of plain tensor operators, with its manifest inside."""

import json

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from data import FEATURES, LABELS, NUMBER, NUMBERS

MANIFEST_KEY = "pledgecast"
OPSET, IR_VERSION = 13, 8


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

    def columns(self, first, count, output):
        bounds = [
            self.constant(f"{output}_from", [first], np.int64),
            self.constant(f"{output}_to", [first + count], np.int64),
            self.constant("columns_axis", [1], np.int64),
        ]
        return self.node("Slice", ["features", *bounds], output)

    def dense(self, value, weight, bias, output):
        product = self.node("MatMul", [value, self.constant(f"{output}_weight", weight)], f"{output}_product")
        return self.node("Add", [product, self.constant(f"{output}_bias", bias)], output)

    def ramps(self, numbers, ramps, output):
        """As a product with a matrix that picks and scales the columns: the quickest way in tract."""
        pick = np.zeros((len(NUMBERS), len(ramps.start)), np.float32)
        pick[ramps.column, np.arange(len(ramps.start))] = ramps.slope
        return self.clip(self.dense(numbers, pick, -ramps.start * ramps.slope, f"{output}_line"), 0.0, 1.0, output)

    def table(self, column, rows, output):
        """The row of a table that a whole-numbered column names."""
        name = f"{output}_id"
        bounded = self.clip(self.columns(column, 1, f"{name}_value"), 0.0, float(len(rows) - 1), f"{name}_bounded")
        flat = self.node("Reshape", [bounded, self.constant("flat", [-1], np.int64)], f"{name}_flat")
        index = self.node("Cast", [flat], name, to=TensorProto.INT64)
        return self.node("Gather", [self.constant(f"{output}_rows", rows), index], output, axis=0)

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


def graph_of_student(student, repeat_creator_offset):
    graph = Graph()
    numbers = graph.columns(0, len(NUMBERS), "numbers")
    ramps = len(student.others.start)
    first = student.weights[0]
    hidden = graph.dense(
        graph.ramps(numbers, student.others, "ramps"), first[:ramps], student.biases[0], "hidden1_numbers"
    )
    at = ramps
    for name, size in student.tables.items():
        rows = first[at : at + size]
        at += size
        column = NUMBER[name] if name in NUMBER else len(NUMBERS) + LABELS.index(name)
        if name == "launch_month":
            # Months count from 1; row 0 is never asked for.
            rows = np.concatenate([rows[:1], rows])
        part = graph.table(column, rows, f"table_{name}")
        hidden = graph.node("Add", [hidden, part], f"hidden1_{name}")
    hidden = graph.node("Relu", [hidden], "hidden1")
    hidden = graph.node("Relu", [graph.dense(hidden, student.weights[1], student.biases[1], "hidden2_line")], "hidden2")
    last, bias = student.weights[2], student.biases[2]
    base = graph.dense(hidden, last[:, :1], bias[:1], "base")
    falls = graph.node("Relu", [graph.dense(hidden, last[:, 1:], bias[1:], "falls_line")], "falls")
    fallen = graph.node("Mul", [falls, graph.ramps(numbers, student.goal, "goal_ramps")], "fallen")
    total = graph.node("ReduceSum", [fallen, graph.constant("columns_axis", [1], np.int64)], "fall", keepdims=1)
    logit = graph.node("Sub", [base, total], "logit_of_fields")
    known = graph.clip(graph.columns(NUMBER["repeat_creator"], 1, "creator_value"), -1.0, 1.0, "creator")
    offset = graph.node("Mul", [known, graph.constant("creator_weight", repeat_creator_offset)], "creator_offset")
    graph.node("Sigmoid", [graph.node("Add", [logit, offset], "logit")], "probability")
    return graph


def graph_of_line(weights, bias):
    """The simplest model there can be: a weighted sum of the numbers. For tests that need a second model."""
    graph = Graph()
    numbers = graph.columns(0, len(NUMBERS), "numbers")
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
