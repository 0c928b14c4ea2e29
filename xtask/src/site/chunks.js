
// The rest is from xtask/src/site/chunks.js: what pages need beside the first module.
const chunk_urls = CHUNK_URLS;
const page_chunks = PAGE_CHUNKS;
// All chunks of a page in one, or those that a part of it needs beside: where, and which they are.
const page_bundles = PAGE_BUNDLES;
const loading = new Map();
const loaded = new Set();

async function load(url, numbers) {
    // It can be compiled before the first module is there, but not made.
    const module = await WebAssembly.compileStreaming(fetch(url));
    const first = await __wbg_init();
    await WebAssembly.instantiate(module, { ...__wbg_get_imports(), m: first });
    numbers.forEach((number) => loaded.add(number));
}

function begin(url, numbers) {
    const done = load(url, numbers).catch((error) => {
        // Perhaps it can be had later.
        numbers.forEach((number) => loading.delete(number));
        throw error;
    });
    numbers.forEach((number) => loading.set(number, done));
}

// Nothing where all is there, so that a page can be made at once.
export function load_page(name) {
    const missing = (page_chunks[name] ?? []).filter((number) => !loaded.has(number));
    if (missing.length === 0) {
        return undefined;
    }
    // Never what is there already: it brings its bytes of memory, which may have changed since.
    const [bundle, bundled] = page_bundles[name] ?? ["", []];
    if (bundle && bundled.every((number) => !loading.has(number))) {
        begin(bundle, bundled);
    }
    missing
        .filter((number) => !loading.has(number))
        .forEach((number) => begin(chunk_urls[number], [number]));
    return Promise.all(missing.map((number) => loading.get(number)));
}
