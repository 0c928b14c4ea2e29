// A page that does not become live says so, and works as it does without JavaScript.

import { keepScreenshot } from "../support/screenshots.ts";
import { expect, test } from "../support/test.ts";
import { expectAccessible, PASSWORD, registerByForm } from "../support/visitor.ts";

test.beforeEach(({}, info) => {
  test.skip(info.project.name !== "hydrated", "without JavaScript no page becomes live");
});

test("an element that an extension has put into the page is no reason to be silently dead", async ({ page, context }) => {
  const email = await registerByForm(page);
  await page.addInitScript(() => {
    const extend = new MutationObserver(() => {
      if (document.body !== null && document.querySelector("footer") !== null) {
        extend.disconnect();
        document.body.prepend(document.createElement("extension-bar"));
      }
    });
    extend.observe(document, { childList: true, subtree: true });
  });
  for (const [locale, words] of [
    ["en", "Reload the page"],
    ["ru", "Обновить страницу"],
  ] as const) {
    await context.addCookies([{ name: "locale", value: locale, url: page.url() }]);
    await page.goto("/account");
    const notice = page.locator("#not-live");
    await expect(notice).toBeVisible();
    await expect(notice.getByRole("link")).toHaveText(words);
    await keepScreenshot(page, `not-live-${locale}`);
    await expectAccessible(page, true);
  }
  // Forms still work.
  await page.locator("input[name=current_password]").fill(PASSWORD);
  await page.locator("input[name=new_password]").fill("another horse battery");
  await page.locator("#password-form button").click();
  await expect(page).toHaveURL(/done=password/);
  await expect(page.locator("main")).toContainText(email);
  // Not the link itself: here the extension would be there again.
  await expect(page.locator("#not-live").getByRole("link")).toHaveAttribute("href", "");
});

test("a client bundle that fails to load is reported, and one that loads is not", async ({ page }) => {
  await page.goto("/");
  await page.waitForLoadState("networkidle");
  await expect(page.locator("#not-live")).toBeHidden();
  await page.route("**/*.wasm", (route) => route.abort());
  await page.goto("/login");
  await expect(page.locator("#not-live")).toBeVisible();
  await page.unroute("**/*.wasm");
  await page.locator("#not-live").getByRole("link").click();
  await page.waitForLoadState("networkidle");
  await expect(page.locator("#not-live")).toBeHidden();
});
