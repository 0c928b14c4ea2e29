// Language and theme: chosen in the header, remembered, and there before the first paint.

import type { Page } from "@playwright/test";

import { expect, test } from "../support/test.ts";
import { expectAccessible, gatherProblems, register } from "../support/visitor.ts";

async function choose(page: Page, words: string): Promise<void> {
  const preferences = page.locator("details.preferences");
  if ((await preferences.getAttribute("open")) === null) {
    await preferences.locator("summary").click();
  }
  await preferences.getByRole("button", { name: words, exact: true }).click();
}

test("a language that is chosen stays, on the page where it was chosen", async ({ page }) => {
  const problems = gatherProblems(page);
  await page.goto("/explore?parent=Games");
  await choose(page, "Русский");
  await expect(page.locator("html")).toHaveAttribute("lang", "ru");
  await expect(page).toHaveURL(/\/explore\?parent=Games$/);
  await expect(page.locator("h1")).toHaveText("Доля успешных кампаний");
  await page.goto("/");
  await expect(page.locator("h1")).toHaveText("Соберёт ли ваша кампания нужную сумму?");
  await choose(page, "English");
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
  expect(problems).toEqual([]);
});

test("a theme that is chosen stays, whatever the device prefers", async ({ page }, info) => {
  const problems = gatherProblems(page);
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await page.emulateMedia({ colorScheme: "light" });
  await page.goto("/login");
  const light = await background();
  await choose(page, "Dark");
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await expect.poll(background).not.toBe(light);
  const dark = await background();
  await expectAccessible(page, info.project.name === "hydrated");
  await page.goto("/register");
  await expect.poll(background).toBe(dark);
  await choose(page, "System");
  await expect.poll(background).toBe(light);
  await page.emulateMedia({ colorScheme: "dark" });
  await expect.poll(background).toBe(dark);
  expect(problems).toEqual([]);
});

test("the theme stands in the document that the server sends, so that nothing flashes", async ({ page, request }) => {
  await request.post("/preferences", { form: { theme: "dark" } });
  const html = await (await request.get("/")).text();
  expect(html).toContain('data-theme="dark"');
  expect(html).toContain('<meta name="color-scheme" content="dark"');
  expect(page.url()).toBe("about:blank");
});

test("in Russian the form says what is wrong in Russian", async ({ page }) => {
  await register(page);
  await page.goto("/predict");
  await choose(page, "Русский");
  await expect(page.locator("html")).toHaveAttribute("lang", "ru");
  await page.getByLabel("Название").fill("Лампа из плавника");
  await page.getByLabel("Цель в долларах США").fill("много");
  await page.getByRole("button", { name: /^Получить прогноз/ }).click();
  await expect(page.locator(".field-error").first()).toContainText(/Введите|Выберите|Заполните/);
  await expect(page.getByLabel("Цель в долларах США")).toHaveAttribute("aria-invalid", "true");
});
