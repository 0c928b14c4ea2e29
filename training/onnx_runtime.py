"""A model file in ONNX Runtime. As a program, prints the time of one run in microseconds, for one row and for 256.
`benches/inference.rs` calls it, so nothing here needs the server."""

import json
import sys
import time

import numpy as np
import onnx
import onnxruntime

MANIFEST_KEY = "pledgecast"
BATCH = 256
TURN_SECONDS = 0.3


def main(path):
    properties = {entry.key: entry.value for entry in onnx.load(path).metadata_props}
    background = np.array(json.loads(properties[MANIFEST_KEY])["background"], np.float32)
    rows = np.resize(background, (BATCH, background.shape[1]))
    session = open_session(path)
    for count in (1, BATCH):
        some = np.ascontiguousarray(rows[:count])
        print(quickest_us(lambda: session.run(None, {"features": some})))


def open_session(model):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def quickest_us(run):
    end, quickest = time.perf_counter() + TURN_SECONDS, float("inf")
    while time.perf_counter() < end:
        start = time.perf_counter()
        run()
        quickest = min(quickest, time.perf_counter() - start)
    return quickest * 1e6


if __name__ == "__main__":
    main(sys.argv[1])
