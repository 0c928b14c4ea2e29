// A batch from its file to its ranked results: refused lines, the price, the progress, the filter, the download.

import type { Page } from "@playwright/test";

import { expect, test } from "../support/test.ts";
import { register, topUp } from "../support/visitor.ts";

const HEADER = "name,usd_goal,country,currency,launched_at,deadline,analytics_name";

function file(goals: readonly number[]): string {
  const lines = goals.map(
    (goal, at) => `Lamp ${at + 1},${goal},US,USD,2026-04-01,2026-05-01,Product Design`,
  );
  return [HEADER, ...lines, ""].join("\n");
}

async function upload(page: Page, text: string): Promise<void> {
  await page.goto("/batches");
  await page.getByLabel("File", { exact: true }).setInputFiles({
    name: "plans.csv",
    mimeType: "text/csv",
    buffer: Buffer.from(text),
  });
  await page.getByRole("button", { name: "Check the file" }).click();
}

test("a file is bought and its results are ranked", async ({ page }) => {
  await register(page);
  await topUp(page, 1000);
  await upload(page, file([1000, -1]));
  await expect(page.getByRole("alert")).toContainText("Line 3, column “usd_goal”");

  await upload(page, file([900_000, 500, 20_000]));
  await expect(page.locator("h1")).toHaveText("plans.csv");
  await expect(page.getByText("3 campaigns, no errors.")).toBeVisible();
  await page.getByRole("button", { name: "Buy 3 predictions for 30 credits" }).click();
  await expect(page.getByRole("progressbar")).toBeVisible();
  await expect(async () => {
    // Without JavaScript, the page shows the progress when it is loaded again.
    if (!(await page.getByText("3 of 3 done").isVisible())) {
      await page.reload();
    }
    await expect(page.getByText("3 of 3 done")).toBeVisible({ timeout: 1000 });
  }).toPass();
  await page.reload();
  const rows = page.locator(".batch-table tbody tr");
  await expect(rows).toHaveCount(3);
  await expect(rows.last()).toContainText("Lamp 1");

  await page.getByLabel("Search by title").fill("lamp 2");
  await page.getByRole("button", { name: "Apply" }).click();
  await expect(rows).toHaveCount(1);
  await expect(rows).toContainText("Lamp 2");

  const csv = page.getByRole("link", { name: "Download as CSV" });
  const response = await page.request.get((await csv.getAttribute("href")) ?? "");
  expect(await response.text()).toContain("Lamp 2");
  await page.goto("/tasks");
  await page.getByRole("link", { name: "Part of a batch" }).first().click();
  await expect(page.locator("h1")).toHaveText("plans.csv");
});

test("a draft that costs too much leads to the top-up, and can be deleted", async ({ page }) => {
  await register(page);
  await upload(page, file([1000, 2000]));
  await expect(page.getByText("That is not enough.")).toBeVisible();
  await page.getByRole("button", { name: "Delete the draft" }).click();
  await expect(page.getByText("The draft was deleted.")).toBeVisible();
});
