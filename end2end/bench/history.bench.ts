// A history of ten thousand rows: how long the page is busy while one filters and looks further back.

import { expect, type Page, test } from "@playwright/test";

import { Report } from "../support/report.ts";
import { register } from "../support/visitor.ts";

const ROWS = Number(process.env["BENCH_ROWS"] ?? 10_000);
const AT_ONCE = 16;
/** Presses of the button for older rows, fifty rows each. */
const PRESSES = Number(process.env["BENCH_PRESSES"] ?? 200);
/** The promise: no task longer than this. */
const LONGEST_MS = 100;

/** Long tasks as the browser reports them, from 50 ms on. */
async function longTasks(page: Page): Promise<number[]> {
  return page.evaluate(() => {
    const entries = (window as unknown as { longTasks: number[] }).longTasks;
    return entries.splice(0);
  });
}

async function fill(page: Page): Promise<void> {
  const cookies = await page.context().cookies();
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
  const url = new URL("/api/balance/top_up", page.url());
  let sent = 0;
  const sendOn = async (): Promise<void> => {
    while (sent < ROWS) {
      sent += 1;
      const body = JSON.stringify({ amount: 1, idempotency_key: `row-${sent}` });
      const headers = { cookie, "content-type": "application/json" };
      const answer = await fetch(url, { method: "POST", headers, body });
      expect(answer.ok).toBe(true);
      await answer.arrayBuffer();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, sendOn));
}

/**
 * Scroll to the end and press the button for older rows; false where there is none. In the page itself, without
 * looking through its rows and with a pause after each step: that would be measured too.
 */
async function loadOlder(page: Page): Promise<boolean> {
  return page.evaluate(async () => {
    const pause = () => new Promise((resolve) => setTimeout(resolve, 50));
    const older = document.querySelector<HTMLAnchorElement>(".pager a[rel=next]");
    const table = document.querySelector("main table");
    if (!older || !table) {
      return false;
    }
    window.scrollTo(0, document.documentElement.scrollHeight);
    await pause();
    const last = table.lastElementChild;
    older.click();
    while (table.lastElementChild === last) {
      await pause();
    }
    return true;
  });
}

test("a history of ten thousand rows", async ({ page }) => {
  test.setTimeout(900_000);
  await register(page);
  await page.goto("/account");
  await fill(page);
  await page.addInitScript(() => {
    const found: number[] = [];
    (window as unknown as { longTasks: number[] }).longTasks = found;
    new PerformanceObserver((list) => {
      found.push(...list.getEntries().map((entry) => entry.duration));
    }).observe({ type: "longtask", buffered: true });
  });
  const report = new Report();
  report.line(`A history of ${ROWS} rows: how often and how long the page was busy for more than 50 ms at a time.`);
  report.head(["while", "long tasks", "the longest, ms"]);
  const found: number[] = [];
  const tell = async (what: string): Promise<void> => {
    const tasks = await longTasks(page);
    const longest = Math.max(0, ...tasks);
    found.push(longest);
    report.row([what, tasks.length, longest.toFixed(0)]);
  };
  await page.goto("/transactions");
  const rows = page.locator("main tbody tr");
  await expect(rows).toHaveCount(20);
  await page.waitForTimeout(2_000);
  await tell("opening the page");

  for (const kind of ["Welcome", "Top-up", "All"]) {
    await page.getByRole("link", { name: kind, exact: true }).click();
    await page.waitForTimeout(500);
  }
  await tell("filtering three times");

  for (let press = 0; press < PRESSES && (await loadOlder(page)); press += 1);
  const shown = await page.locator(".history-progress").textContent();
  expect(shown).toContain(PRESSES * 50 < ROWS ? "" : "in total");
  await tell(`loading all of them (${shown})`);

  for (let step = 0; step < 40; step += 1) {
    await page.mouse.wheel(0, 5_000);
    await page.waitForTimeout(50);
  }
  await tell("scrolling through them");

  // Far from both ends.
  await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight / 2));
  await page.waitForTimeout(500);
  const rowAtTop = () => page.evaluate(() => document.elementFromPoint(innerWidth / 2, 200)?.closest("tr")?.innerText);
  const row = await rowAtTop();
  await page.locator('header a[href="/account"]').first().dispatchEvent("click");
  await expect(page.getByRole("heading", { level: 1, name: "Account" })).toBeVisible();
  await tell("leaving them");
  await page.goBack();
  await expect.poll(rowAtTop).toBe(row);
  await expect(page.locator(".history-progress")).toHaveText(shown ?? "");
  await page.waitForTimeout(2_000);
  await tell("coming back to the same row of them");
  await page.getByRole("link", { name: "Top-up", exact: true }).click();
  await expect(rows).toHaveCount(20);
  await page.waitForTimeout(500);
  await tell("filtering once all are there");
  report.aim(`no task longer than ${LONGEST_MS} ms`, Math.max(...found) <= LONGEST_MS);
  report.end("history");
});
