"""Test fixtures: ONNX files that the server must refuse, each for its own reason."""

import numpy as np
import onnx
from onnx import TensorProto, helper

from data import NUMBERS
from graph import Graph


def write(folder, manifest):
    folder.mkdir(parents=True, exist_ok=True)
    for name, model in misfits(manifest).items():
        (folder / f"{name}.onnx").write_bytes(model.SerializeToString(deterministic=True))


def misfits(manifest):
    return {
        "no_manifest": changed(line(manifest), lambda model: model.ClearField("metadata_props")),
        "manifest_is_not_json": changed(line(manifest), lambda model: set_manifest(model, "{name")),
        "two_inputs": changed(line(manifest), add_input),
        "too_few_features": changed(line(manifest), lambda model: set_dimension(model.graph.input[0], 1, 5)),
        "fixed_batch": changed(line(manifest), lambda model: set_dimension(model.graph.input[0], 0, 8)),
        "input_of_doubles": changed(line(manifest), lambda model: set_type(model.graph.input[0], TensorProto.DOUBLE)),
        "two_outputs": changed(line(manifest), lambda model: model.graph.output.append(model.graph.output[0])),
        "output_not_made": changed(line(manifest), lambda model: setattr(model.graph.output[0], "name", "elsewhere")),
        "unknown_operator": changed(line(manifest), lambda model: set_operator(model, "Divination")),
        "weights_outside": changed(line(manifest), move_weights_outside),
        "no_probability": last_node(manifest, lambda graph: graph.node("Identity", ["logit"], "probability")),
        "not_a_number": last_node(manifest, lambda graph: graph.node("Log", [negative(graph)], "probability")),
        "rows_depend": last_node(manifest, rows_depend),
        # Valid within the bounds of its manifest, not a number for a goal of 1.
        "sometimes_not_a_number": last_node(
            manifest | {"bounds": manifest["bounds"] | {"log_goal": {"low": 4.0, "high": 12.0}}}, square_root
        ),
    }


def line_graph():
    graph = Graph()
    numbers = graph.columns("features", 0, len(NUMBERS), "numbers")
    weights = np.zeros((len(NUMBERS), 1), np.float32)
    weights[0] = -0.35
    graph.dense(numbers, weights, [3.4], "logit")
    return graph


def line(manifest):
    return last_node(manifest, lambda graph: graph.node("Sigmoid", ["logit"], "probability"))


def last_node(manifest, add):
    graph = line_graph()
    add(graph)
    return onnx.load_from_string(graph.model(manifest))


def changed(model, change):
    change(model)
    return model


def set_manifest(model, text):
    model.metadata_props[0].value = text


def add_input(model):
    model.graph.input.append(helper.make_tensor_value_info("more", TensorProto.FLOAT, ["B", 1]))


def set_dimension(info, axis, size):
    info.type.tensor_type.shape.dim[axis].dim_value = size


def set_type(info, kind):
    info.type.tensor_type.elem_type = kind


def set_operator(model, name):
    model.graph.node[-1].op_type = name


def move_weights_outside(model):
    tensor = next(it for it in model.graph.initializer if it.name == "logit_weight")
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="weights.bin")


def negative(graph):
    return graph.node("Sub", [graph.node("Sigmoid", ["logit"], "share"), graph.constant("two", 2.0)], "below_zero")


def rows_depend(graph):
    share = graph.node("Sigmoid", ["logit"], "share")
    total = graph.node("ReduceSum", [share, graph.constant("rows_axis", [0], np.int64)], "total", keepdims=1)
    graph.node("Div", [share, total], "probability")


def square_root(graph):
    goal = graph.columns("features", 0, 1, "goal")
    above = graph.node("Sub", [goal, graph.constant("three", 3.0)], "above")
    graph.node("Mul", [graph.node("Sqrt", [above], "root"), graph.constant("tenth", 0.1)], "probability")
