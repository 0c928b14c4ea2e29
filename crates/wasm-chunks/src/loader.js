
// The rest of this file loads the chunks that pages need besides the main module.
const chunk_files = CHUNK_FILES;
// The chunks of each page, or of a part of one.
const page_chunks = PAGE_CHUNKS;
// The chunks that a page loads, as one file: its name and their numbers.
const page_bundles = PAGE_BUNDLES;
const loading = new Map();
const loaded = new Set();

async function load(file, numbers) {
    // It can be compiled before the main module is there, but not instantiated.
    const module = await WebAssembly.compileStreaming(fetch(new URL(file, import.meta.url)));
    const main = await __wbg_init();
    await WebAssembly.instantiate(module, { ...__wbg_get_imports(), m: main });
    numbers.forEach((number) => loaded.add(number));
}

function begin(file, numbers) {
    const done = load(file, numbers).catch((error) => {
        // The next call tries again.
        numbers.forEach((number) => loading.delete(number));
        throw error;
    });
    numbers.forEach((number) => loading.set(number, done));
}

// Returns undefined if everything is loaded, so that the page can be rendered without waiting.
export function load_page(name) {
    const missing = (page_chunks[name] ?? []).filter((number) => !loaded.has(number));
    if (missing.length === 0) {
        return undefined;
    }
    // A chunk must not be instantiated twice: it would reset its part of the memory.
    const [bundle, bundled] = page_bundles[name] ?? ["", []];
    if (bundle && bundled.every((number) => !loading.has(number))) {
        begin(bundle, bundled);
    }
    missing
        .filter((number) => !loading.has(number))
        .forEach((number) => begin(chunk_files[number], [number]));
    return Promise.all(missing.map((number) => loading.get(number)));
}
