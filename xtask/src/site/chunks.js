
// The rest is from xtask/src/site/chunks.js: what pages need beside the first module.
const chunk_urls = CHUNK_URLS;
const page_chunks = PAGE_CHUNKS;
const loading = [];
const loaded = new Set();

async function load_chunk(number) {
    // It can be compiled before the first module is there, but not made.
    const module = await WebAssembly.compileStreaming(fetch(chunk_urls[number]));
    const first = await __wbg_init();
    await WebAssembly.instantiate(module, { ...__wbg_get_imports(), m: first });
    loaded.add(number);
}

// Nothing where all is there, so that a page can be made at once.
export function load_page(name) {
    const missing = (page_chunks[name] ?? []).filter((number) => !loaded.has(number));
    if (missing.length === 0) {
        return undefined;
    }
    return Promise.all(missing.map((number) => {
        loading[number] ??= load_chunk(number).catch((error) => {
            // Perhaps it can be had later.
            delete loading[number];
            throw error;
        });
        return loading[number];
    }));
}
