// API keys: created, copied, used, renamed and revoked.

import { expect, test } from "@playwright/test";

import { keepScreenshot } from "../support/screenshots.ts";
import { expectAccessible, expectNoSidewaysScroll, gatherProblems, predictExample, register } from "../support/visitor.ts";

test("a key is created, shown once, used by a program, renamed and revoked", async ({ page, playwright }, info) => {
  const problems = gatherProblems(page);
  const isLive = info.project.name === "hydrated";
  await register(page);
  await page.goto("/account");
  await page.getByRole("link", { name: "Manage API keys" }).click();
  await expect(page).toHaveURL(/\/account\/keys$/);
  await expect(page.getByText("No API keys yet")).toBeVisible();

  const form = page.locator("form#key-form");
  await form.getByLabel("Name", { exact: true }).fill("Nightly report");
  await form.getByLabel("Credits in total").fill("10");
  await form.getByLabel("Expires").selectOption("30");
  await form.getByRole("button", { name: "Create key" }).click();
  const created = page.locator("#new-key");
  await expect(created).toContainText("Nightly report");
  const key = ((await created.locator("code").textContent()) ?? "").trim();
  expect(key).toMatch(/^pc_[0-9A-Za-z]{38}$/);
  expect(page.url()).not.toContain(key);
  if (isLive) {
    await expect(created).toBeFocused();
    await expect(form.getByLabel("Name", { exact: true })).toHaveValue("");
    await expect(page.locator(".key-list")).toContainText("Nightly report");
    await created.getByRole("button", { name: "Copy key" }).click();
    await expect(page.locator(".toast")).toContainText("Key copied.");
  }
  for (const width of [320, 1440]) {
    await page.setViewportSize({ width, height: 800 });
    await expectNoSidewaysScroll(page);
    await expectAccessible(page, isLive);
    await keepScreenshot(page, `${info.project.name}-new-key-${width}`);
  }

  // A program has the key and no cookies.
  const headers = { authorization: `Bearer ${key}` };
  const program = await playwright.request.newContext({ baseURL: new URL(page.url()).origin, extraHTTPHeaders: headers });
  expect((await (await program.get("/api/balance")).json()).available).toBe(10);
  await page.goto("/account/keys");
  await expect(page.locator("body")).not.toContainText(key);
  const row = page.locator(".key", { hasText: "Nightly report" });
  await expect(row).toContainText(key.slice(-4));
  await expect(row).toContainText("In total: 0 credits of 10");

  await row.locator("summary", { hasText: "Rename" }).click();
  await row.getByLabel("Name", { exact: true }).fill("Weekly report");
  await row.getByRole("button", { name: "Save" }).click();
  const renamed = page.locator(".key", { hasText: "Weekly report" });
  await expect(renamed).toBeVisible();

  await renamed.locator("summary", { hasText: "Revoke" }).click();
  await expect(renamed).toContainText("can’t be undone");
  await renamed.getByRole("button", { name: "Revoke this key" }).click();
  await expect(page.getByText("No API keys yet")).toBeVisible();
  expect((await program.get("/api/balance")).status()).toBe(401);
  await program.dispose();
  expect(problems).toEqual([]);
});

test("what is wrong with a new key is said at its field", async ({ page }, info) => {
  await register(page);
  await page.goto("/account/keys");
  const form = page.locator("form#key-form");
  await form.getByLabel("Name", { exact: true }).fill("Too much");
  await form.getByLabel("Credits per day").fill("much");
  await form.locator("input[name=read]").uncheck();
  await form.locator("input[name=predict]").uncheck();
  await form.getByRole("button", { name: "Create key" }).click();
  await expect(page.getByRole("alert")).toBeVisible();
  await expect(form.getByLabel("Credits per day")).toHaveAttribute("aria-invalid", "true");
  await expect(form.getByLabel("Credits per day")).toHaveValue("much");
  await expect(form.getByLabel("Name", { exact: true })).toHaveValue("Too much");
  await expect(form.locator("fieldset .field-error")).toBeVisible();
  await expectAccessible(page, info.project.name === "hydrated");
});

test("the page lists what keys have spent", async ({ page }) => {
  await register(page);
  const created = await page.request.post("/api/keys/create", {
    data: { label: "Spender", read: true, predict: true, cap_week: 500 },
  });
  const { secret } = await created.json();
  await predictExample(page);
  const models = await page.request.get("/api/models");
  const [{ price }] = await models.json();
  await page.request.post("/api/balance/top_up", { data: { amount: price, idempotency_key: crypto.randomUUID() } });
  const example = await page.request.get("/api/example");
  const { campaign } = await example.json();
  const paid = await page.request.post("/api/tasks/predict", {
    headers: { authorization: `Bearer ${secret}` },
    data: { ...campaign, idempotency_key: crypto.randomUUID() },
  });
  expect(paid.status()).toBe(202);
  await page.goto("/account/keys");
  await expect(page.locator(".key")).toContainText(`This week: ${price} credits of 500`);
  const row = page.locator("section:has(#spend-title) tbody tr");
  await expect(row).toHaveCount(1);
  await expect(row).toContainText("Spender");
});
