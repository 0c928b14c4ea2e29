// What a page costs somebody with a slow phone on a slow network: four times less processor, slow 4G, an empty
// cache. It measures and tells; the limits of weight are held by `cargo xtask test`.

import { type CDPSession, type Page, test } from "@playwright/test";

import { Report } from "../support/report.ts";
import { predictExample, register, waitForResult } from "../support/visitor.ts";

const CPU_SLOWDOWN = 4;
const LATENCY_MS = 150;
const DOWN_BYTES_PER_S = (1.6 * 1_000_000) / 8;
const UP_BYTES_PER_S = (0.75 * 1_000_000) / 8;
/** The promises: script, wasm and styles of a page; the result page's largest paint; any answer to a press of a key. */
const ASSETS_MAX_KB = 330;
const LCP_MAX_MS = 1_800;
const INP_MAX_MS = 100;

interface Figures {
  page: string;
  assets_kB: number;
  html_kB: number;
  lcp_ms: number;
  cls: number;
  inp_ms: number | undefined;
}

async function slowDown(page: Page): Promise<CDPSession> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Network.enable");
  await devtools.send("Network.setCacheDisabled", { cacheDisabled: true });
  await devtools.send("Network.emulateNetworkConditions", {
    offline: false,
    latency: LATENCY_MS,
    downloadThroughput: DOWN_BYTES_PER_S,
    uploadThroughput: UP_BYTES_PER_S,
  });
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: CPU_SLOWDOWN });
  return devtools;
}

async function measure(page: Page, path: string, interact?: () => Promise<void>): Promise<Figures> {
  const devtools = await slowDown(page);
  const kinds = new Map<string, string>();
  let assets = 0;
  let html = 0;
  devtools.on("Network.responseReceived", ({ requestId, response }) => kinds.set(requestId, response.url));
  devtools.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    const url = kinds.get(requestId) ?? "";
    if (url.includes("/pkg/")) {
      assets += encodedDataLength;
    } else if (url.endsWith(path)) {
      html += encodedDataLength;
    }
  });
  await page.addInitScript(() => {
    const seen = { lcp: 0, cls: 0, inp: 0 };
    Object.assign(window, { seen });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        seen.lcp = entry.startTime;
      }
    }).observe({ type: "largest-contentful-paint", buffered: true });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & { value: number; hadRecentInput: boolean })[]) {
        seen.cls += entry.hadRecentInput ? 0 : entry.value;
      }
    }).observe({ type: "layout-shift", buffered: true });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & { interactionId: number })[]) {
        seen.inp = entry.interactionId > 0 ? Math.max(seen.inp, entry.duration) : seen.inp;
      }
    }).observe({ type: "event", buffered: true, durationThreshold: 16 } as PerformanceObserverInit);
  });
  await page.goto(path, { waitUntil: "networkidle" }).catch(() => page.waitForTimeout(5_000));
  await page.waitForTimeout(1_000);
  const loaded = await read(page);
  if (interact !== undefined) {
    await interact();
    await page.waitForTimeout(500);
  }
  const { inp } = await read(page);
  await devtools.detach();
  return {
    page: path.replace(/\d+/, "1"),
    assets_kB: Math.round(assets / 1000),
    html_kB: Math.round(html / 1000),
    lcp_ms: Math.round(loaded.lcp),
    cls: Math.round(loaded.cls * 1000) / 1000,
    inp_ms: interact === undefined ? undefined : Math.round(inp),
  };
}

function read(page: Page): Promise<{ lcp: number; cls: number; inp: number }> {
  return page.evaluate(() => (window as unknown as { seen: { lcp: number; cls: number; inp: number } }).seen);
}

test("what the pages cost on a slow phone", async ({ context }) => {
  const own = await context.newPage();
  await register(own);
  const task = await predictExample(own);
  await waitForResult(own, true);
  await own.close();
  const figures: Figures[] = [];
  const look = async (path: string, interact?: (page: Page) => Promise<void>) => {
    const page = await context.newPage();
    figures.push(await measure(page, path, interact && (() => interact(page))));
    await page.close();
  };
  await look("/");
  await look("/predict", async (page) => {
    await page.getByLabel("Title").pressSequentially("A lamp of driftwood", { delay: 60 });
    await page.getByLabel("Goal in US dollars").pressSequentially("8000", { delay: 60 });
  });
  await look(task, async (page) => {
    const slider = page.locator("input[type=range]").first();
    await slider.focus();
    for (let press = 0; press < 8; press += 1) {
      await slider.press("ArrowRight", { delay: 30 });
    }
  });
  await look("/tasks");
  const report = new Report();
  report.line("Each page with an empty cache, four times less processor and slow 4G (150 ms, 1.6 Mbit/s).");
  report.head(["page", "script, wasm, styles, kB", "HTML, kB", "LCP, ms", "CLS", "INP, ms"]);
  for (const it of figures) {
    report.row([it.page, it.assets_kB, it.html_kB, it.lcp_ms, it.cls, it.inp_ms ?? ""]);
  }
  const most = (of: (it: Figures) => number): number => Math.max(...figures.map(of));
  report.aim(`at most ${ASSETS_MAX_KB} kB of script, wasm and styles`, most((it) => it.assets_kB) <= ASSETS_MAX_KB);
  const result = figures.find((it) => it.page === task);
  report.aim(`LCP of the result page at most ${LCP_MAX_MS} ms`, result !== undefined && result.lcp_ms <= LCP_MAX_MS);
  report.aim("CLS 0", most((it) => it.cls) === 0);
  report.aim(`INP at most ${INP_MAX_MS} ms`, most((it) => it.inp_ms ?? 0) <= INP_MAX_MS);
  report.end("pages");
});
