// The API reference: complete, readable on a phone, in both languages, and nothing comes from other hosts.

import { expect, test, type Page } from "@playwright/test";

import { expectAccessible, expectNoSidewaysScroll, gatherProblems } from "../support/visitor.ts";

test("a visitor comes from the footer to an operation with a command to try", async ({ page }) => {
  const problems = gatherProblems(page);
  const hosts = new Set<string>();
  page.on("request", (request) => hosts.add(new URL(request.url()).host));
  await page.goto("/explore");
  await page.getByRole("contentinfo").getByRole("link", { name: "API" }).click();
  await expect(page).toHaveURL(/\/docs$/);
  await expect(page.locator("h1")).toHaveText("API reference");
  await page.getByRole("navigation", { name: "Operations" }).getByRole("link", { name: "Buy a prediction" }).click();
  await expect(page).toHaveURL(/\/docs#predict$/);
  const card = page.getByRole("region", { name: "Buy a prediction" });
  await expect(card).toContainText("/api/tasks/predict");
  await expect(card.locator("pre").last()).toContainText('curl --header "authorization: Bearer $key" --json');
  await card.getByText("Example", { exact: true }).first().click();
  await expect(card.locator("details pre").first()).toContainText('"probability"');
  await card.getByRole("link", { name: "TaskView" }).first().click();
  await expect(page.locator("#type-TaskView")).toContainText("queued_at");
  expect([...hosts]).toEqual([new URL(page.url()).host]);
  expect(problems).toEqual([]);
});

test("the commands name this service, and the document can be loaded", async ({ page, baseURL }) => {
  await page.goto("/docs");
  await expect(page.getByRole("region", { name: "Start here" })).toContainText(`site=${baseURL}`);
  const address = await page.getByRole("link", { name: "OpenAPI document", exact: true }).getAttribute("href");
  const document = await page.request.get(address ?? "");
  expect(document.status()).toBe(200);
  const { openapi, paths } = await document.json();
  expect(openapi).toBe("3.1.0");
  const shown = await page.locator("main code").allInnerTexts();
  expect(shown).toEqual(expect.arrayContaining(Object.keys(paths)));
});

/** Operations look alike, and so do types: axe takes a minute for all of them. */
async function keepFewOfEachKind(page: Page): Promise<void> {
  await page.evaluate(() => {
    for (const extra of document.querySelectorAll(".api-group > .card:nth-of-type(n + 3), .api-type:nth-of-type(n + 12)")) {
      extra.remove();
    }
  });
}

for (const [locale, colorScheme, title] of [
  ["en", "light", "API reference"],
  ["ru", "dark", "Справочник API"],
] as const) {
  test(`the reference is readable on a phone and accessible: ${locale}`, async ({ page }, info) => {
    test.setTimeout(120_000);
    const problems = gatherProblems(page);
    await page.request.post("/preferences", { form: { locale } });
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.goto("/docs");
    await expect(page.locator("h1")).toHaveText(title);
    for (const width of [320, 1440]) {
      await page.setViewportSize({ width, height: 800 });
      await expectNoSidewaysScroll(page);
    }
    await keepFewOfEachKind(page);
    await expectAccessible(page, info.project.name === "hydrated");
    expect(problems).toEqual([]);
  });
}
