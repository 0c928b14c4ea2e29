// A result is shared by a private link, and printed.

import type { Locator, Page } from "@playwright/test";

import { keepScreenshot } from "../support/screenshots.ts";
import { expect, test } from "../support/test.ts";
import {
  expectAccessible,
  expectNoSidewaysScroll,
  gatherProblems,
  predictExample,
  register,
  waitForResult,
} from "../support/visitor.ts";

/** Predict the example and create the link to its result; returns the card of the link. */
async function shareExample(page: Page, isLive: boolean): Promise<Locator> {
  const task = await predictExample(page);
  await waitForResult(page, isLive);
  await page.goto(task);
  const card = page.locator("#share");
  await card.getByRole("button", { name: "Create link" }).click();
  return card;
}

test("a result is shared by a link, seen without an account, and no more once the link is ended", async ({ page, browser }, info) => {
  const problems = gatherProblems(page);
  const isLive = info.project.name === "hydrated";
  const email = await register(page);
  const card = await shareExample(page, isLive);
  const link = card.locator(".share-link a");
  await expect(link).toHaveAttribute("href", /^\/shared\/[\w-]{43}$/);
  const path = (await link.getAttribute("href"))!;

  const stranger = await browser.newContext({ javaScriptEnabled: isLive });
  const visit = await stranger.newPage();
  const visitProblems = gatherProblems(visit);
  const url = new URL(path, page.url()).href;
  const answer = await visit.goto(url);
  expect(answer?.status()).toBe(200);
  await expect(visit.locator("h1")).toContainText("Little Lanterns");
  await expect(visit.locator("main")).toContainText(/\d+%/);
  await expect(visit.locator("main")).toContainText("Why this result");
  await expect(visit.locator("body")).not.toContainText(email);
  await expect(visit.locator('meta[name="robots"]')).toHaveAttribute("content", "noindex");
  await expect(visit.locator('meta[property="og:title"]')).toHaveAttribute("content", /Little Lanterns/);
  await expectAccessible(visit, isLive);
  for (const width of [320, 1440]) {
    await visit.setViewportSize({ width, height: 800 });
    await expectNoSidewaysScroll(visit);
    await keepScreenshot(visit, `${info.project.name}-shared-${width}`);
  }
  expect(visitProblems).toEqual([]);

  await card.getByRole("button", { name: "Turn off link" }).click();
  await expect(card.getByRole("button", { name: "Create link" })).toBeVisible();
  expect((await visit.goto(url))?.status()).toBe(404);
  await stranger.close();
  expect(problems).toEqual([]);
});

test("a result prints on one or two pages without what can only be pressed", async ({ page }, info) => {
  await register(page);
  await predictExample(page);
  await waitForResult(page, info.project.name === "hydrated");
  await page.reload();
  await expect(page.locator("main")).toContainText("Campaign details");
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  await expect(page.locator("header nav").first()).toBeHidden();
  for (const button of await page.locator(".button").all()) {
    await expect(button).toBeHidden();
  }
  await keepScreenshot(page, `${info.project.name}-print`);
  const pdf = await page.pdf({ format: "A4", path: `artefacts/screenshots/${info.project.name}-result.pdf` });
  const pages = pdf.toString("latin1").match(/\/Type\s*\/Page\b/g) ?? [];
  expect(pages.length).toBeGreaterThanOrEqual(1);
  expect(pages.length).toBeLessThanOrEqual(2);
});

test("a badge shows the result on another site until the link is ended", async ({ page, browser }, info) => {
  const problems = gatherProblems(page);
  const isLive = info.project.name === "hydrated";
  await register(page);
  const card = await shareExample(page, isLive);
  await card.getByText("Badge for other websites").click();
  const preview = card.getByRole("img", { name: /by Pledgecast/ });
  await expect(preview).toBeVisible();
  await expect(async () => {
    expect(await preview.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(320);
  }).toPass();
  const html = (await card.locator("#badge-html").textContent()) ?? "";
  const origin = new URL(page.url()).origin;
  expect(html).toContain(`href="${origin}/shared/`);
  expect(html).toContain(`/badge.svg?lang=en"`);
  for (const width of [320, 1440]) {
    await page.setViewportSize({ width, height: 800 });
    await expectNoSidewaysScroll(page);
    await expectAccessible(page, isLive);
  }

  const elsewhere = await browser.newContext();
  const other = await elsewhere.newPage();
  await other.setContent(html);
  const image = other.getByRole("img");
  await expect(async () => {
    expect(await image.evaluate((it: HTMLImageElement) => [it.complete, it.naturalWidth])).toEqual([true, 320]);
  }).toPass();
  const url = /src="([^"]+)"/.exec(html)?.[1] ?? "";
  await other.goto(url);
  await expect(other.locator("svg")).toContainText(/\d+%/);

  await card.getByRole("button", { name: "Turn off link" }).click();
  await expect(card.getByRole("button", { name: "Create link" })).toBeVisible();
  // Not with the other page, which may show it from its cache for a while.
  const gone = await page.request.get(url);
  expect(gone.status()).toBe(404);
  expect(await gone.text()).toContain("no longer shared");
  await elsewhere.close();
  expect(problems).toEqual([]);
});

test("the HTML of a badge is copied", async ({ page }, info) => {
  test.skip(info.project.name !== "hydrated", "without JavaScript people copy by themselves");
  await register(page);
  const card = await shareExample(page, true);
  await card.getByText("Badge for other websites").click();
  await card.getByRole("button", { name: "Copy HTML" }).click();
  await expect(page.locator(".toast")).toContainText("HTML copied.");
});

test("a report is printed without controls, and downloaded as a file", async ({ page }, info) => {
  const problems = gatherProblems(page);
  const isLive = info.project.name === "hydrated";
  await register(page);
  const task = await predictExample(page);
  await waitForResult(page, isLive);
  await page.goto(task);
  await page.getByRole("main").getByRole("link", { name: "Report" }).click();
  await expect(page).toHaveURL(/\/report\?task=\d+$/);
  await expect(page.locator("h1")).toHaveText("Prediction report");
  const report = page.locator(".report");
  await expect(report).toContainText("Little Lanterns");
  await expect(report).toContainText("What this can and can’t tell you");
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download PDF" }).click();
  expect((await download).suggestedFilename()).toBe("report.pdf");
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  await expect(page.locator("header nav").first()).toBeHidden();
  for (const button of await page.locator(".button").all()) {
    await expect(button).toBeHidden();
  }
  await keepScreenshot(page, `${info.project.name}-report-print`);
  expect(problems).toEqual([]);
});

test("a link is copied also where the service is reached over plain HTTP", async ({ page }, info) => {
  test.skip(info.project.name !== "hydrated", "without JavaScript people copy by themselves");
  await page.addInitScript(() => {
    Object.defineProperty(Navigator.prototype, "clipboard", { value: undefined });
  });
  await register(page);
  await predictExample(page);
  await waitForResult(page, true);
  const card = page.locator("#share");
  await card.getByRole("button", { name: "Create link" }).click();
  const copy = card.getByRole("button", { name: "Copy link" });
  await copy.click();
  await expect(page.locator(".toast")).toContainText("Link copied.");
  await expect(copy).toBeFocused();

  await page.evaluate(() => {
    document.execCommand = () => false;
  });
  await copy.click();
  await expect(page.locator(".toast").last()).toContainText("copy it yourself");
  expect(await page.evaluate(() => String(getSelection()))).toMatch(/^http.*\/shared\/[\w-]{43}$/);
});
