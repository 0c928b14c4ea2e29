// The form as one fills it in: what helps on the way.

import { expect, test } from "../support/test.ts";
import { gatherProblems, register } from "../support/visitor.ts";

test.beforeEach(async ({ page }) => {
  await register(page);
  await page.goto("/predict");
});

test("twelve things are asked at most, unless Advanced is opened", async ({ page }, info) => {
  test.skip(info.project.name === "hydrated", "the search over categories is a help, not a question");
  const controls = page.locator("#campaign :is(input, select, textarea):visible");
  expect(await controls.count()).toBeLessThanOrEqual(12);
});

test("the rail leads to each group, and marks those that are filled in", async ({ page }, info) => {
  const rail = page.getByRole("navigation", { name: "Steps" });
  await expect(rail.getByRole("link")).toHaveCount(5);
  await rail.getByRole("link", { name: /Place/ }).click();
  await expect(page.locator("#step-place")).toBeInViewport();
  if (info.project.name === "hydrated") {
    await expect(rail.getByRole("link", { name: /^Dates/ })).toContainText("filled in");
    await expect(rail.getByRole("link", { name: /^Money/ })).not.toContainText("filled in");
    await page.getByLabel("Goal in US dollars").fill("8000");
    await expect(rail.getByRole("link", { name: /^Money/ })).toContainText("filled in");
  }
});

test("a category is found by typing a part of its name", async ({ page }, info) => {
  test.skip(info.project.name !== "hydrated", "without JavaScript the whole list is there");
  await page.getByRole("searchbox").fill("tabletop");
  const category = page.locator("#field-analytics_name");
  await expect(category).toHaveValue("Tabletop Games");
  await expect(page.locator("#field-parent_name")).toHaveValue("Games");
  // What is called so rather than the first of what belongs to it.
  await page.getByRole("searchbox").fill("desig");
  await expect(category).toHaveValue("Design");
  await page.getByRole("searchbox").fill("");
  await expect(category.locator("option:not([hidden])")).not.toHaveCount(2);
});

test("an error shows as one leaves a field, and goes as one mends it", async ({ page }, info) => {
  test.skip(info.project.name !== "hydrated", "without JavaScript the server tells");
  const goal = page.getByLabel("Goal in US dollars");
  await goal.fill("much");
  await page.getByLabel("Title").focus();
  await expect(goal).toHaveAttribute("aria-invalid", "true");
  await goal.fill("9000");
  await expect(goal).not.toHaveAttribute("aria-invalid", "true");
});

test("the lists are the same however one comes to the form, in both languages", async ({ page }, info) => {
  const lists = async () => {
    const select = (name: string) => page.locator(`#field-${name}`);
    await expect(select("country")).toHaveValue("US");
    await expect(select("currency")).toHaveValue("USD");
    const names = ["country", "currency", "analytics_name", "parent_name", "has_video"];
    const lists = await Promise.all(names.map((name) => select(name).innerHTML()));
    return lists.map((list) => list.replaceAll("<!---->", ""));
  };
  const problems = gatherProblems(page);
  for (const language of ["en", "ru"]) {
    await page.context().addCookies([{ name: "locale", value: language, url: page.url() }]);
    await page.goto("/predict");
    await expect(page.locator("html")).toHaveAttribute("lang", language);
    const fromServer = await lists();
    expect(fromServer[0]).toContain(language === "en" ? "Liechtenstein" : "Лихтенштейн");
    await page.goto("/overview");
    if (info.project.name === "hydrated") {
      await page.waitForLoadState("networkidle");
    }
    await page.locator('a[href="/predict"]').first().click();
    await expect(page).toHaveURL(/\/predict$/);
    expect(await lists()).toEqual(fromServer);
  }
  expect(problems).toEqual([]);
});

test("the form opens from a task that cannot be duplicated", async ({ page }) => {
  await page.goto("/tasks/999999999/again");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Page not found");
  const problems = gatherProblems(page);
  await page.locator('header a[href="/predict"]').first().click();
  await expect(page.locator("#field-country")).toHaveValue("US");
  await expect(page.locator("#field-country option")).not.toHaveCount(0);
  expect(problems).toEqual([]);
});

test("a form that the server sends needs no names of countries", async ({ page }, info) => {
  test.skip(info.project.name !== "hydrated", "without JavaScript nothing is fetched");
  const chunks: string[] = [];
  page.on("request", (request) => {
    if (request.url().includes("_chunk.")) {
      chunks.push(request.url());
    }
  });
  await page.reload();
  await page.getByLabel("Title").fill("A lamp of driftwood");
  await page.locator("#field-country").selectOption("DE");
  await expect(page.locator("#field-currency")).toHaveValue("EUR");
  expect(chunks.filter((url) => !url.includes("_chunk.predict."))).toEqual([]);
});

test("what the server refuses comes back filled in, and the page goes live with it", async ({ page }, info) => {
  await page.route("**/*.wasm", (route) => route.abort());
  await page.goto("/predict?example=1");
  // The failed loads are over, and their messages do not count as problems of the next page.
  await page.waitForLoadState("networkidle");
  await page.unroute("**/*.wasm");
  const problems = gatherProblems(page);
  await page.getByLabel("Goal in US dollars").fill("-5");
  await page.getByLabel("Title").fill("Lanterns & <kites> </script>");
  await page.getByRole("button", { name: /^Predict for/ }).click();
  const expectEntries = async () => {
    await expect(page.getByRole("alert")).toBeVisible();
    await expect(page.getByLabel("Goal in US dollars")).toHaveValue("-5");
    await expect(page.getByLabel("Title")).toHaveValue("Lanterns & <kites> </script>");
  };
  await expectEntries();
  if (info.project.name === "hydrated") {
    await expect(page).toHaveURL(/\/predict\?example=1$/);
    await page.waitForLoadState("networkidle");
    await expectEntries();
  }
  await page.getByLabel("Goal in US dollars").fill("9000");
  await page.getByRole("button", { name: /^Predict for/ }).click();
  await expect(page).toHaveURL(/\/tasks\/\d+$/);
  expect(problems.filter((problem) => !problem.includes("422"))).toEqual([]);
});

test("a goal is read as people write it, and never as a thousandth", async ({ page }, info) => {
  const isLive = info.project.name === "hydrated";
  await page.goto("/predict?example=1");
  const goal = page.getByLabel("Goal in US dollars");
  const send = page.getByRole("button", { name: /^Predict for/ });
  await goal.fill("10.000");
  await send.click();
  await expect(page.locator("#field-usd_goal-error")).toContainText("without thousands separators");
  await expect(goal).toHaveValue("10.000");
  if (isLive) {
    for (const [typed, understood] of [
      ["$8,000", "$8,000"],
      ["10 000,50", "$10,000.50"],
      ["１００００", "$10,000"],
    ] as const) {
      await goal.fill(typed);
      await expect(page.locator(".understood")).toContainText(understood);
    }
    await goal.fill("9000");
    await expect(page.locator(".understood")).toBeEmpty();
  }
  await goal.fill("10 000,50");
  await send.click();
  await expect(page).toHaveURL(/\/tasks\/\d+$/);
  await expect(page.locator("main")).toContainText("$10,000.50");
});
