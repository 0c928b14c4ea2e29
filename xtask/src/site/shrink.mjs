// Shrinks all wasm modules of a folder in place: `node shrink.mjs BINARYEN FOLDER`. Loading and warming up binaryen takes
// longer than most modules do, so each thread keeps it for many modules.

import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { isMainThread, Worker, workerData } from "node:worker_threads";

if (isMainThread) {
  const [binaryen, folder] = process.argv.slice(2);
  const files = readdirSync(folder).map((name) => join(folder, name));
  // The largest first, so that no thread begins with one when the others are done.
  files.sort((a, b) => statSync(b).size - statSync(a).size);
  const next = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  for (let thread = 0; thread < availableParallelism(); thread += 1) {
    const worker = new Worker(new URL(import.meta.url), { workerData: { binaryen, files, next } });
    worker.on("error", (error) => {
      throw error;
    });
  }
} else {
  const { files, next } = workerData;
  const { default: binaryen } = await import(pathToFileURL(workerData.binaryen).href);
  // What `wasm-opt -Oz` does.
  binaryen.setOptimizeLevel(2);
  binaryen.setShrinkLevel(2);
  for (let index = Atomics.add(next, 0, 1); index < files.length; index = Atomics.add(next, 0, 1)) {
    const file = files[index];
    // The features are read from the module. With all features allowed, browsers refuse the output.
    const module = binaryen.readBinary(readFileSync(file));
    module.optimize();
    module.runPasses(["strip-target-features"]);
    writeFileSync(file, module.emitBinary());
    module.dispose();
  }
}
