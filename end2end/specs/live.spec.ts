// Changes arrive by themselves, in every window of the same person.

import { expect, test } from "@playwright/test";

import { gatherProblems, register } from "../support/visitor.ts";

test.beforeEach(({}, info) => {
  test.skip(info.project.name !== "hydrated", "without JavaScript a page changes when it is loaded");
});

test("a second window shows the prediction and the charge of the first without a reload", async ({ page, context }) => {
  await register(page);
  const tasks = await context.newPage();
  const problems = gatherProblems(tasks);
  await tasks.goto("/tasks");
  const transactions = await context.newPage();
  await transactions.goto("/transactions");
  await expect(transactions.locator("main tbody tr")).toHaveCount(1);

  await page.goto("/predict?example=1");
  await page.getByRole("button", { name: /^Predict for/ }).click();
  await expect(tasks.locator("main tbody tr")).toContainText(["Succeeded"]);
  await expect(tasks.getByRole("banner").locator(".balance-chip")).toHaveText("0");
  await expect(transactions.locator("main tbody tr")).toHaveCount(2);
  expect(problems).toEqual([]);
});

test("a half-filled form survives a reload", async ({ page }) => {
  await register(page);
  await page.goto("/predict");
  await page.getByLabel("Title").fill("A lamp of driftwood");
  await page.getByLabel("Title").blur();
  await page.reload();
  await expect(page.getByLabel("Title")).toHaveValue("A lamp of driftwood");
});

test("a lost connection is said and mended", async ({ page }) => {
  await register(page);
  await page.route("**/events", (route) => route.abort());
  await page.goto("/overview");
  await expect(page.locator(".connection")).toContainText(/reconnect/i);
  await page.unroute("**/events");
  await expect(page.locator(".connection")).toBeEmpty();
});
