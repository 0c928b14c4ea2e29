// The design system's pieces, photographed light and dark; the page is there in debug builds.

import { keepScreenshot } from "../support/screenshots.ts";
import { expect, test } from "../support/test.ts";
import { expectAccessible, expectNoSidewaysScroll, gatherProblems } from "../support/visitor.ts";

test("every piece of the design system holds together, light and dark", async ({ page }, info) => {
  const problems = gatherProblems(page);
  await page.goto("/styleguide");
  await expect(page.locator("h2")).not.toHaveCount(0);
  for (const width of [320, 1440]) {
    await page.setViewportSize({ width, height: 800 });
    await expectNoSidewaysScroll(page);
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await expectAccessible(page, info.project.name === "hydrated");
      await keepScreenshot(page, `${info.project.name}-styleguide-${width}-${colorScheme}`);
    }
  }
  expect(problems).toEqual([]);
});
