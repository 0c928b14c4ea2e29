// Somebody adds a webhook, copies its secret, tries it out, reads the log and turns it off.

import { expect, type Page, test } from "@playwright/test";

import { keepScreenshot } from "../support/screenshots.ts";
import { expectAccessible, expectNoSidewaysScroll, gatherProblems, register } from "../support/visitor.ts";

// A name that never resolves, so that nothing leaves this machine.
const URL_OF_RECEIVER = "https://receiver.invalid/a-rather-long-path-that-has-to-break-on-a-small-phone/events";

async function addWebhook(page: Page): Promise<void> {
  await page.goto("/account");
  await page.getByRole("link", { name: "Manage webhooks" }).click();
  await expect(page).toHaveURL(/\/account\/webhooks$/);
  await page.getByLabel("URL").fill(URL_OF_RECEIVER);
  await page.getByLabel("Prediction finished").check();
  await page.getByRole("button", { name: "Add webhook" }).click();
  await expect(page).toHaveURL(/\/account\/webhooks\/\d+\?done=created$/);
}

async function look(page: Page, isLive: boolean, name: string): Promise<void> {
  for (const width of [320, 1440]) {
    await page.setViewportSize({ width, height: 800 });
    await expectNoSidewaysScroll(page);
    await expectAccessible(page, isLive);
    await keepScreenshot(page, `${name}-${width}`);
  }
}

test("a webhook is added, tried out, turned off and deleted", async ({ page }, info) => {
  const problems = gatherProblems(page);
  const isLive = info.project.name === "hydrated";
  await register(page);
  await addWebhook(page);
  await expect(page.locator("#webhook-secret")).toHaveText(/^\s*whsec_\S{40,}\s*$/);
  await expect(page.getByText("Webhook added.")).toBeVisible();
  await look(page, isLive, `${info.project.name}-webhook`);

  await page.getByRole("button", { name: "Send test" }).click();
  await expect(page).toHaveURL(/\/account\/deliveries\/\d+$/);
  await expect(page.locator("h1")).toHaveText("Delivery");
  await expect(async () => {
    await page.reload();
    await expect(page.locator(".attempts")).toContainText("no public address", { timeout: 1_000 });
  }).toPass();
  await expect(page.locator("main")).toContainText('"type":"webhook.test"');
  await look(page, isLive, `${info.project.name}-delivery`);

  await page.getByRole("link", { name: "Webhook", exact: true }).click();
  await expect(page.locator("#log")).toContainText("Test");
  await page.getByRole("button", { name: "Turn off webhook" }).click();
  await expect(page.getByText("Webhook turned off.")).toBeVisible();
  await expect(page.locator("#log")).toContainText("Canceled");

  await page.getByText("Delete this webhook").click();
  await page.getByRole("button", { name: "Delete webhook" }).click();
  await expect(page).toHaveURL(/\/account\/webhooks\?done=deleted$/);
  await expect(page.locator("main")).toContainText("No webhooks yet");
  expect(problems).toEqual([]);
});

test("a wrong URL and missing events are marked, and the entered values stay", async ({ page }, info) => {
  await register(page);
  await page.goto("/account/webhooks");
  await page.getByLabel("URL").fill("https://127.0.0.1/events");
  await page.getByRole("button", { name: "Add webhook" }).click();
  const summary = page.locator("#form-errors");
  await expect(summary).toContainText("Private and local addresses");
  await expect(summary).toContainText("Events");
  await expect(page.getByLabel("URL")).toHaveValue("https://127.0.0.1/events");
  await look(page, info.project.name === "hydrated", `${info.project.name}-webhook-errors`);
});

test("a new secret replaces the old one, which is announced", async ({ page }) => {
  await register(page);
  await addWebhook(page);
  const secret = page.locator("#webhook-secret");
  const before = await secret.textContent();
  await page.getByText("Create a new secret").click();
  await page.getByRole("button", { name: "Create new secret" }).click();
  await expect(page.getByText("New secret created.")).toBeVisible();
  await expect(secret).not.toHaveText(before ?? "");
  await expect(page.locator("main")).toContainText("The previous secret also works until");
});
