// Histories as people use them: filter, page to older rows, download a file, compare, duplicate.

import { readFileSync } from "node:fs";

import type { Locator, Page } from "@playwright/test";

import { keepScreenshot } from "../support/screenshots.ts";
import { expect, test } from "../support/test.ts";
import {
  expectAccessible,
  expectNoSidewaysScroll,
  gatherProblems,
  predictExample,
  register,
  topUp,
  waitForResult,
} from "../support/visitor.ts";

/** Pay for a prediction of the example under another title. */
async function predictTitled(page: Page, title: string): Promise<number> {
  const fields = {
    country: "US",
    currency: "USD",
    launched_at: "2026-03-01",
    deadline: "2026-03-31",
    created_at: "2026-02-01",
    name: title,
    blurb: "A line about it",
    usd_goal: "5000",
    analytics_name: "Dance",
    parent_name: "",
    staff_pick: "false",
    has_video: "true",
    model_id: "",
    idempotency_key: crypto.randomUUID(),
  };
  const answer = await page.request.post("/api/tasks/predict", { data: fields });
  expect(answer.ok(), await answer.text()).toBe(true);
  return ((await answer.json()) as { id: number }).id;
}

async function waitUntilFinal(page: Page, id: number): Promise<void> {
  await expect(async () => {
    const answer = await page.request.get(`/api/task?id=${id}`);
    expect(((await answer.json()) as { status: string }).status).toBe("succeeded");
  }).toPass();
}

/** Open the transactions of a new account with one top-up; returns the rows, of which there are two. */
async function openTwoTransactions(page: Page): Promise<Locator> {
  await register(page);
  await topUp(page, 1);
  await page.goto("/transactions");
  const rows = page.locator("main tbody tr");
  await expect(rows).toHaveCount(2);
  return rows;
}

test("tasks are found by words of their title, and the URL keeps the filter", async ({ page }, info) => {
  const problems = gatherProblems(page);
  await register(page);
  await topUp(page, 90);
  await predictTitled(page, "A lamp of driftwood");
  await predictTitled(page, "Stühle für alle");
  await page.goto("/tasks");
  await expect(page.locator("main tbody tr")).toHaveCount(2);
  await page.getByLabel("Search by title").fill("STÜHLE");
  await page.getByRole("button", { name: "Filter" }).click();
  await expect(page).toHaveURL(/search=/);
  await expect(page.locator("main tbody tr")).toHaveCount(1);
  await expect(page.locator("main tbody tr")).toContainText("Stühle für alle");
  await page.reload();
  await expect(page.locator("main tbody tr")).toHaveCount(1);
  await expect(page.getByLabel("Search by title")).toHaveValue("STÜHLE");

  // A chip keeps the search; together they find nothing, and say so.
  await page.getByRole("link", { name: "Failed" }).click();
  await expect(page).toHaveURL(/status=failed.*search=|search=.*status=failed/);
  await expect(page.locator("main")).toContainText("No predictions match this filter");
  await page.getByRole("link", { name: "Show all" }).click();
  await expect(page.locator("main tbody tr")).toHaveCount(2);
  await page.goBack();
  await expect(page.locator("main")).toContainText("No predictions match this filter");
  await expectAccessible(page, info.project.name === "hydrated");
  expect(problems).toEqual([]);
});

test("a filter that makes no sense is named", async ({ page }) => {
  await register(page);
  await page.goto("/transactions?from=2026-02-02&to=2026-02-01");
  await expect(page.getByRole("alert")).toContainText("End date");
});

/** The balance after each transaction on the page; with top-ups of one credit these are consecutive numbers. */
async function balances(page: Page): Promise<number[]> {
  const cells = await page.locator("main tbody tr > td:nth-child(4)").allInnerTexts();
  return cells.map(Number);
}

test("links to older rows keep the filter, also after a reload and on the way back", async ({ page }, info) => {
  const problems = gatherProblems(page);
  await register(page);
  await topUp(page, 1, 120);
  await page.goto("/transactions?kind=top_up");
  const rows = page.locator("main tbody tr");
  const newest = page.getByRole("link", { name: "Newest" });
  const older = page.getByRole("link", { name: "Older" });
  const range = (from: number, to: number) => Array.from({ length: from - to + 1 }, (_, index) => from - index);
  const first = range(130, 81);
  const second = range(80, 31);
  const last = range(30, 11);
  await expect(rows).toHaveCount(50);
  await expect(page.locator(".history-count")).toContainText("There are older ones");
  await expect(newest).toHaveCount(0);
  expect(await balances(page)).toEqual(first);

  await older.click();
  await expect(page).toHaveURL(/kind=top_up&cursor=\d+$/);
  await expect.poll(() => balances(page)).toEqual(second);
  expect(await page.evaluate(() => window.scrollY)).toBe(0);
  if (info.project.name === "hydrated") {
    await expect(page.locator("main")).toBeFocused();
  }
  await page.reload();
  await expect.poll(() => balances(page)).toEqual(second);

  await older.press("Enter");
  await expect.poll(() => balances(page)).toEqual(last);
  await expect(older).toHaveCount(0);
  await expect(page.getByRole("link", { name: "Top-up", exact: true })).toHaveAttribute("aria-current", "true");
  await expectAccessible(page, info.project.name === "hydrated");
  await page.goBack();
  await expect.poll(() => balances(page)).toEqual(second);
  await page.goBack();
  await expect.poll(() => balances(page)).toEqual(first);
  await page.goForward();
  await expect.poll(() => balances(page)).toEqual(second);

  // From another page, too.
  await page.getByRole("banner").getByRole("link", { name: "Account", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Account" })).toBeVisible();
  await page.goBack();
  await expect.poll(() => balances(page)).toEqual(second);
  await newest.click();
  await expect(page).toHaveURL(/\/transactions\?kind=top_up$/);
  await expect.poll(() => balances(page)).toEqual(first);
  // Another filter begins with the newest rows.
  await older.click();
  await expect.poll(() => balances(page)).toEqual(second);
  await page.getByRole("link", { name: "All", exact: true }).click();
  await expect(page).toHaveURL(/\/transactions$/);
  await expect.poll(() => balances(page)).toEqual(first);
  expect(problems).toEqual([]);
});

test("the browser's button leads back to the rows and the place one came from", async ({ page }, info) => {
  test.skip(info.project.name !== "hydrated", "without JavaScript the browser restores the scroll position itself");
  const problems = gatherProblems(page);
  await register(page);
  await topUp(page, 1, 60);
  await page.goto("/transactions");
  const rows = page.locator(".history-rows tbody tr");
  await expect(rows).toHaveCount(50);
  await rows.nth(45).scrollIntoViewIfNeeded();
  const place = () => page.evaluate(() => window.scrollY);
  const before = await place();
  expect(before).toBeGreaterThan(500);

  // Without scrolling up to it, as a keyboard would get there.
  const follow = (path: string) => page.locator(`header a[href="${path}"]`).first().dispatchEvent("click");
  await follow("/account");
  await expect(page.getByRole("heading", { level: 1, name: "Account" })).toBeVisible();
  await page.goBack();
  await expect(rows).toHaveCount(50);
  await expect.poll(async () => Math.abs((await place()) - before)).toBeLessThan(2);

  // A link leads to the top.
  await follow("/account");
  await expect(page.getByRole("heading", { level: 1, name: "Account" })).toBeVisible();
  await follow("/transactions");
  await expect(rows).toHaveCount(50);
  expect(await place()).toBe(0);
  expect(problems).toEqual([]);
});

test("a short history needs no links and says how many rows it has", async ({ page }) => {
  await register(page);
  await topUp(page, 1, 2);
  await page.goto("/transactions");
  await expect(page.locator("main tbody tr")).toHaveCount(3);
  await expect(page.locator(".history-count")).toContainText("3 in total");
  await expect(page.locator(".pager a")).toHaveCount(0);
});

test("a live row leaves no gap and no duplicate between two pages", async ({ page }, info) => {
  test.skip(info.project.name !== "hydrated", "without JavaScript a page changes when it is loaded");
  const problems = gatherProblems(page);
  await register(page);
  await topUp(page, 1, 60);
  await page.goto("/transactions");
  await page.mouse.move(0, 0);
  await expect.poll(async () => (await balances(page)).at(0)).toBe(70);
  await topUp(page, 1, 3);
  await expect.poll(async () => (await balances(page)).at(0)).toBe(73);
  const first = await balances(page);
  expect(first).toHaveLength(50);
  await page.getByRole("link", { name: "Older" }).click();
  await expect.poll(async () => (await balances(page)).length).toBe(14);
  const all = [...first, ...(await balances(page))];
  expect(all).toEqual(Array.from({ length: 64 }, (_, index) => 73 - index));
  // An older page stays as it is.
  await topUp(page, 1);
  await expect(page.getByRole("banner").locator(".balance-chip")).toHaveText("74");
  expect(await balances(page)).toEqual(all.slice(50));
  expect(problems).toEqual([]);
});

test("rows that a filter shares with the page before are live, too", async ({ page }, info) => {
  test.skip(info.project.name !== "hydrated", "without JavaScript a page changes when it is loaded");
  const rows = await openTwoTransactions(page);
  await page.getByRole("link", { name: "Top-up", exact: true }).click();
  await expect(rows).toHaveCount(1);
  await page.mouse.move(0, 0);
  await topUp(page, 2);
  await expect(rows).toHaveCount(2);
  await predictTitled(page, "Not a top-up");
  await page.getByRole("link", { name: "All", exact: true }).click();
  await page.mouse.move(0, 0);
  await expect(rows).toHaveCount(4);
  await topUp(page, 3);
  await expect(rows).toHaveCount(5);
});

test("what the filter shows can be kept as a file", async ({ page }) => {
  await register(page);
  await topUp(page, 5);
  await page.goto("/transactions?kind=top_up");
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download CSV" }).click();
  const file = await (await download).path();
  const lines = readFileSync(file, "utf8").trim().split("\r\n");
  expect(lines).toHaveLength(2);
  expect(lines[1]).toContain("top_up");
});

test("a task is asked again with changes", async ({ page }, info) => {
  await register(page);
  await predictExample(page);
  await waitForResult(page, info.project.name === "hydrated");
  await page.goto("/tasks");
  await page.getByRole("link", { name: /^Duplicate and edit/ }).click();
  await expect(page).toHaveURL(/\/predict\?.*name=/);
  await expect(page.getByLabel("Title")).toHaveValue(/Little Lanterns/);
  const foreign = await page.goto("/tasks/999999999/again");
  expect(foreign?.status()).toBe(404);
});

test("two results stand side by side", async ({ page }, info) => {
  const problems = gatherProblems(page);
  await register(page);
  await topUp(page, 90);
  const ids = [await predictTitled(page, "A lamp of driftwood"), await predictTitled(page, "A chair of driftwood")];
  for (const id of ids) {
    await waitUntilFinal(page, id);
  }
  await page.goto("/tasks");
  await page.getByLabel("Compare A lamp of driftwood").check();
  await page.getByLabel("Compare A chair of driftwood").check();
  await page.getByRole("button", { name: "Compare" }).click();
  await expect(page).toHaveURL(/\/compare\?task=\d+&task=\d+/);
  const table = page.locator("table.compared");
  await expect(table.locator("thead")).toContainText("A lamp of driftwood");
  await expect(table.locator("thead")).toContainText("A chair of driftwood");
  await expect(table.getByRole("row", { name: /^Title differs/ })).toContainText("A chair of driftwood");
  await expect(table.locator("tr", { hasText: "Category average" })).toContainText("%");
  await expectAccessible(page, info.project.name === "hydrated");
  await expectNoSidewaysScroll(page);
  for (const width of [320, 1440]) {
    await page.setViewportSize({ width, height: 800 });
    await expectNoSidewaysScroll(page);
    await keepScreenshot(page, `${info.project.name}-compare-${width}`);
  }
  await page.goto(`/compare?task=${ids[0]}`);
  await expect(page.locator("main")).toContainText("Select two results");
  expect(problems).toEqual([]);
});

test("the balance is drawn and told", async ({ page }) => {
  await register(page);
  await topUp(page, 40);
  await page.goto("/transactions");
  await expect(page.locator("svg.balance-chart")).toBeVisible();
  await expect(page.locator("main")).toContainText("Now: 50 credits");
});

test("new rows wait while the pointer is in the list, and changed rows stay where they are", async ({ page }, info) => {
  test.skip(info.project.name !== "hydrated", "without JavaScript a page changes when it is loaded");
  const rows = await openTwoTransactions(page);
  await rows.first().hover();
  await topUp(page, 2, 3);
  const chip = page.getByRole("button", { name: "Show 3 new transactions" });
  await expect(chip).toBeVisible();
  await expect(rows).toHaveCount(2);
  // While it moves, Playwright would scroll to try again, and so take the list away from under the pointer.
  await chip.evaluate((it) => Promise.all(it.getAnimations().map((animation) => animation.finished)));
  await chip.click();
  await expect(rows).toHaveCount(5);
  await expect(chip).toHaveCount(0);

  await rows.first().hover();
  await topUp(page, 2);
  await expect(page.getByRole("button", { name: "Show 1 new transaction" })).toBeVisible();
  await page.mouse.move(0, 0);
  await expect(rows).toHaveCount(6);
});

test("a queued task appears in another window at once", async ({ page, context }, info) => {
  test.skip(info.project.name !== "hydrated", "without JavaScript a page changes when it is loaded");
  await register(page);
  const tasks = await context.newPage();
  await tasks.goto("/tasks?search=lamp");
  await expect(tasks.locator("main")).toContainText("No predictions match this filter");
  await predictTitled(page, "A lamp of driftwood");
  await expect(tasks.locator("main tbody tr")).toContainText(["A lamp of driftwood"]);
  await expect(tasks.locator("main tbody tr")).toContainText(["Done"]);
});

test("a day of the filter is the day that the list shows", async ({ browser, baseURL }, info) => {
  test.skip(info.project.name !== "hydrated", "without JavaScript days are UTC in both");
  // A place where it is another day than in UTC now.
  const timezoneId = new Date().getUTCHours() < 11 ? "Pacific/Pago_Pago" : "Pacific/Kiritimati";
  const context = await browser.newContext({ baseURL: baseURL!, timezoneId });
  const page = await context.newPage();
  await register(page);
  const id = await predictTitled(page, "Late at night");
  await waitUntilFinal(page, id);
  await page.goto("/tasks");
  const here = await page.evaluate(() => new Date().toLocaleDateString("sv"));
  const utc = new Date().toISOString().slice(0, 10);
  expect(here).not.toBe(utc);
  const rows = page.locator("main tbody tr");
  const filter = async (day: string): Promise<void> => {
    await page.locator("#filter-from").fill(day);
    await page.locator("#filter-to").fill(day);
    await page.getByRole("button", { name: "Filter", exact: true }).click();
  };
  await page.locator(".filter-more summary").click();
  await filter(utc);
  await expect(rows).toHaveCount(0);
  await filter(here);
  await expect(rows).toHaveCount(1);
  await expect(page.locator("#filter-from")).toHaveValue(here);

  await page.reload();
  await expect(rows).toHaveCount(1);
  await expect(page.locator("#filter-from")).toHaveValue(here);
  await expect(page.locator("#filter-to")).toHaveValue(here);
  await expect(page.getByText("Dates are in UTC.")).toBeHidden();
  const link = page.getByRole("link", { name: "Download CSV" });
  const file = await page.request.get((await link.getAttribute("href"))!);
  expect(await file.text()).toContain("Late at night");

  // A URL from elsewhere, such as one without JavaScript, is taken as it is and says so.
  await page.goto(`/tasks?from=${utc}&to=${utc}`);
  await expect(rows).toHaveCount(1);
  await expect(page.getByText("Dates are in UTC.")).toBeVisible();
  await context.close();
});

test("without JavaScript the page says by which days it filters", async ({ page }, info) => {
  test.skip(info.project.name === "hydrated", "with JavaScript days are local");
  await register(page);
  const id = await predictTitled(page, "Any time");
  await waitUntilFinal(page, id);
  const utc = new Date().toISOString().slice(0, 10);
  await page.goto(`/tasks?from=${utc}`);
  await expect(page.locator("main tbody tr")).toHaveCount(1);
  await expect(page.getByText("Dates are in UTC.")).toBeVisible();
});
