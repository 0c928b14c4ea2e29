// Changes arrive by themselves, in every window of the same person.

import type { BrowserContext, Page, Request } from "@playwright/test";

import { expect, test } from "../support/test.ts";
import { gatherProblems, registerByForm, topUp } from "../support/visitor.ts";

/** Counts the event streams that the pages of a context have opened and not closed. */
function countStreams(context: BrowserContext): () => number {
  const open = new Set<Request>();
  context.on("request", (request) => {
    if (new URL(request.url()).pathname === "/events") {
      open.add(request);
    }
  });
  for (const end of ["requestfailed", "requestfinished"] as const) {
    context.on(end as "requestfailed", (request) => open.delete(request));
  }
  return () => [...open].filter((request) => !request.frame().page().isClosed()).length;
}

/** In place of the browser's event stream: one that opens and then says nothing. */
async function silenceStreams(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const opened: string[] = [];
    class Silent extends EventTarget {
      static readonly CLOSED = 2;
      readyState = 1;
      constructor(url: string) {
        super();
        opened.push(url);
      }
      close(): void {
        this.readyState = 2;
      }
    }
    Object.assign(window, { EventSource: Silent, opened });
  });
}

const opened = (page: Page): Promise<number> =>
  page.evaluate(() => (window as unknown as { opened: string[] }).opened.length);

test.beforeEach(({}, info) => {
  test.skip(info.project.name !== "hydrated", "without JavaScript a page changes when it is loaded");
});

test("a second window shows the prediction and the charge of the first without a reload", async ({ page, context }) => {
  await registerByForm(page);
  const tasks = await context.newPage();
  const problems = gatherProblems(tasks);
  await tasks.goto("/tasks");
  const transactions = await context.newPage();
  await transactions.goto("/transactions");
  await expect(transactions.locator("main tbody tr")).toHaveCount(1);

  await page.goto("/predict?example=1");
  await page.getByRole("button", { name: /^Predict for/ }).click();
  await expect(tasks.locator("main tbody tr")).toContainText(["Done"]);
  await expect(tasks.getByRole("banner").locator(".balance-chip")).toHaveText("0");
  await expect(transactions.locator("main tbody tr")).toHaveCount(2);
  expect(problems).toEqual([]);
});

test("a half-filled form survives a reload", async ({ page }) => {
  await registerByForm(page);
  await page.goto("/predict");
  await page.getByLabel("Title").fill("A lamp of driftwood");
  await page.getByLabel("Title").blur();
  await page.reload();
  await expect(page.getByLabel("Title")).toHaveValue("A lamp of driftwood");
});

test("a lost connection is said and mended", async ({ page }) => {
  await registerByForm(page);
  await page.route("**/events?*", (route) => route.abort());
  await page.goto("/overview");
  await expect(page.locator(".connection")).toContainText(/reconnect/i);
  await page.unroute("**/events?*");
  await expect(page.locator(".connection")).toBeEmpty();
});

test("nine tabs open, share one stream, and all show a change", async ({ page, context }) => {
  test.slow();
  const streams = countStreams(context);
  await registerByForm(page);
  const tabs = [page];
  for (let tab = 0; tab < 8; tab += 1) {
    const next = await context.newPage();
    await next.goto("/transactions");
    await expect(next.locator("main tbody tr")).toHaveCount(1);
    tabs.push(next);
  }
  await expect.poll(streams).toBe(1);
  await topUp(page, 5);
  for (const tab of tabs) {
    await expect(tab.locator(".balance-chip")).toHaveText("15");
  }
  expect(streams()).toBe(1);
});

test("when the tab that holds the stream is closed another takes over and nothing is missed", async ({ page, context }) => {
  const streams = countStreams(context);
  await registerByForm(page);
  await expect.poll(streams).toBe(1);
  const others = [await context.newPage(), await context.newPage()];
  for (const other of others) {
    await other.goto("/transactions");
    await expect(other.locator("main tbody tr")).toHaveCount(1);
  }
  await page.close({ runBeforeUnload: false });
  await topUp(others[0]!, 5);
  for (const other of others) {
    await expect(other.locator("main tbody tr")).toHaveCount(2);
  }
  await expect.poll(streams).toBe(1);
  await topUp(others[0]!, 5);
  for (const other of others) {
    await expect(other.locator("main tbody tr")).toHaveCount(3);
    await expect(other.locator(".connection")).toBeEmpty();
  }
});

test("a page loads its data once, also in a second tab", async ({ page, context }) => {
  await registerByForm(page);
  const second = await context.newPage();
  for (const tab of [page, second]) {
    const asked: string[] = [];
    tab.on("request", (request) => {
      if (new URL(request.url()).pathname.startsWith("/api/")) {
        asked.push(request.url());
      }
    });
    for (const path of ["/tasks", "/overview", "/account"]) {
      await tab.goto(path);
      // The stream is there, or its leader was found.
      await tab.waitForTimeout(2_000);
      await topUp(page, 1);
    }
    await tab.waitForTimeout(500);
    expect(asked.filter((url) => !url.includes("/api/balance/history"))).toEqual([]);
  }
});

test("a stream that has gone silent is opened again, at once when somebody comes back or the network does", async ({ page }) => {
  await registerByForm(page);
  await silenceStreams(page);
  await page.clock.install();
  await page.goto("/overview");
  await page.clock.runFor(2_000);
  await expect.poll(() => opened(page)).toBe(1);
  await page.clock.runFor(25_000);
  expect(await opened(page)).toBe(1);
  await page.clock.runFor(20_000);
  expect(await opened(page)).toBe(2);

  await page.clock.runFor(1_000);
  await page.evaluate(() => window.dispatchEvent(new Event("online")));
  expect(await opened(page)).toBe(3);
  await page.clock.fastForward(20_000);
  await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange", { bubbles: true })));
  expect(await opened(page)).toBe(4);
});

test("without a channel between tabs only those that are seen have a stream", async ({ page }) => {
  await registerByForm(page);
  await silenceStreams(page);
  await page.addInitScript(() => {
    Object.assign(window, { BroadcastChannel: undefined });
  });
  await page.goto("/overview");
  await expect.poll(() => opened(page)).toBe(1);
  const show = (hidden: boolean): Promise<void> =>
    page.evaluate((is) => {
      Object.defineProperty(document, "hidden", { value: is, configurable: true });
      document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
    }, hidden);
  await show(true);
  expect(await opened(page)).toBe(1);
  await show(false);
  await expect.poll(() => opened(page)).toBe(2);
});
