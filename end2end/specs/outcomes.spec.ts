// Somebody reports how a campaign ended, corrects it, uploads a file, and looks at the track record of the model.

import type { Page } from "@playwright/test";

import { keepScreenshot } from "../support/screenshots.ts";
import { expect, test } from "../support/test.ts";
import {
  expectAccessible,
  expectNoSidewaysScroll,
  gatherProblems,
  register,
  topUp,
  waitForResult,
} from "../support/visitor.ts";

/** Pay for the prediction of a campaign that has ended; returns the path of its page. */
async function predictPast(page: Page, name: string, isLive: boolean): Promise<string> {
  const answer = await page.request.post("/api/tasks/predict", {
    data: {
      country: "US",
      currency: "USD",
      created_at: "2024-01-15",
      launched_at: "2024-01-30",
      deadline: "2024-02-20",
      name,
      usd_goal: 8000,
      analytics_name: "Tabletop Games",
      parent_name: "Games",
      idempotency_key: crypto.randomUUID(),
    },
  });
  expect(answer.ok()).toBe(true);
  const path = `/tasks/${(await answer.json()).id}`;
  await page.goto(path);
  await waitForResult(page, isLive);
  return path;
}

async function lookAt(page: Page, name: string, isLive: boolean): Promise<void> {
  for (const width of [320, 1440]) {
    await page.setViewportSize({ width, height: 800 });
    await expectNoSidewaysScroll(page);
    await expectAccessible(page, isLive);
    await keepScreenshot(page, `${name}-${width}`);
  }
}

test("an outcome is reported, corrected, and seen on the prediction and in the list", async ({ page }, info) => {
  const problems = gatherProblems(page);
  const isLive = info.project.name === "hydrated";
  await register(page);
  const path = await predictPast(page, "A lamp of driftwood", isLive);
  await page.goto(path);
  const card = page.locator("#outcome");
  await expect(card).toContainText("How did it end?");
  await lookAt(page, `${info.project.name}-outcome-none`, isLive);
  await card.getByLabel("Did it reach its goal?").selectOption("true");
  await card.getByLabel("Amount raised in US dollars").fill("$12,345.50");
  await card.getByRole("button", { name: "Report outcome" }).click();
  await expect(page).toHaveURL(new RegExp(`${path}#outcome$`));
  await expect(card.locator(".figure-text")).toHaveText("Reached its goal");
  await expect(card).toContainText("$12,345.50");

  await card.getByText("Correct the outcome").click();
  await expect(card.getByLabel("Amount raised in US dollars")).toHaveValue("12345.5");
  await card.getByLabel("Did it reach its goal?").selectOption("false");
  await card.getByLabel("Amount raised in US dollars").fill("7000");
  await card.getByRole("button", { name: "Save correction" }).click();
  await expect(card.locator(".figure-text")).toHaveText("Missed its goal");
  await expect(card).toContainText("$7,000");
  const history = card.locator(".outcome-history");
  await expect(history).toBeHidden();
  await card.getByText("Earlier reports").click();
  await expect(history.locator("li")).toHaveCount(1);
  await expect(history).toContainText("$12,345.50");
  await lookAt(page, `${info.project.name}-outcome-corrected`, isLive);

  await page.goto("/tasks");
  await expect(page.locator("main tbody tr")).toContainText(["Missed its goal"]);
  expect(problems).toEqual([]);
});

test("what contradicts the goal stands beside its field, and what was entered stays", async ({ page }, info) => {
  await register(page);
  const path = await predictPast(page, "A chair of driftwood", info.project.name === "hydrated");
  await page.goto(path);
  const card = page.locator("#outcome");
  await card.getByLabel("Did it reach its goal?").selectOption("true");
  await card.getByLabel("Amount raised in US dollars").fill("123");
  await card.getByRole("button", { name: "Report outcome" }).click();
  await expect(card.locator(".field-error")).toContainText("at least $8,000");
  await expect(card.getByLabel("Amount raised in US dollars")).toHaveValue("123");
  await expect(card.getByLabel("Did it reach its goal?")).toHaveValue("true");
  await card.getByLabel("Amount raised in US dollars").fill("8000");
  await card.getByRole("button", { name: "Report outcome" }).click();
  await expect(card.locator(".figure-text")).toHaveText("Reached its goal");
});

test("outcomes are uploaded with the filled-in template, after its mistakes were shown by line", async ({ page }, info) => {
  const isLive = info.project.name === "hydrated";
  await register(page);
  await topUp(page, 10);
  const first = await predictPast(page, "A cup of driftwood", isLive);
  await predictPast(page, "A spoon of driftwood", isLive);
  await page.goto("/tasks");
  await page.getByRole("link", { name: "Report outcomes" }).click();
  await expect(page).toHaveURL(/\/outcomes$/);
  await expect(page.locator("main tbody tr")).toHaveCount(2);
  await lookAt(page, `${info.project.name}-outcomes`, isLive);

  const href = await page.getByRole("link", { name: "Download the template" }).getAttribute("href");
  const template = await (await page.request.get(href!)).text();
  const upload = async (text: string): Promise<void> => {
    await page.getByLabel("File", { exact: true }).setInputFiles({ name: "outcomes.csv", mimeType: "text/csv", buffer: Buffer.from(text) });
    await page.getByRole("button", { name: "Upload" }).click();
  };
  await upload(template.replaceAll(",,\r\n", ",perhaps,\r\n"));
  const alert = page.getByRole("alert");
  await expect(alert.locator("li")).toHaveCount(2);
  await expect(alert.locator("li").first()).toContainText("Line 2, column “reached”");
  await lookAt(page, `${info.project.name}-outcomes-refused`, isLive);

  await upload(template.replaceAll(",,\r\n", ",yes,9000\r\n"));
  await expect(page.locator("main").getByRole("status")).toContainText("Stored: 2.");
  await expect(page.locator("main")).toContainText("Nothing to report");
  await page.goto(first);
  await expect(page.locator("#outcome .figure-text")).toHaveText("Reached its goal");
});

test("the track record of a model is open to everybody and says how many outcomes are missing", async ({ page }, info) => {
  const problems = gatherProblems(page);
  const isLive = info.project.name === "hydrated";
  await page.goto("/");
  await page.getByRole("link", { name: "Track record of this model" }).click();
  await expect(page).toHaveURL(/\/models\/\d+\/track-record$/);
  await expect(page.locator("h1")).toHaveText("Track record");
  await expect(page.locator("main")).toContainText("Users report the outcomes themselves");
  await expect(page.locator("main")).toContainText(/more outcomes? (is|are) needed/);
  await lookAt(page, `${info.project.name}-track-record`, isLive);
  expect(problems).toEqual([]);
});
