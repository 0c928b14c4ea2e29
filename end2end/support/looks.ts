// How a loaded page looks on a phone and on a desk.

import type { Page } from "@playwright/test";

import { keepScreenshot } from "./screenshots.ts";
import { expectAccessible, expectNoSidewaysScroll } from "./visitor.ts";

/** The smallest and a usual width, and both schemes, without their full product, which takes minutes. */
const LOOKS = [
  { width: 320, colorScheme: "dark" },
  { width: 1440, colorScheme: "light" },
] as const;

/** The page holds together and is accessible, narrow and wide, dark and light. Keeps a picture of each. */
export async function expectGoodLooks(page: Page, project: string, name: string): Promise<void> {
  for (const { width, colorScheme } of LOOKS) {
    await page.setViewportSize({ width, height: 800 });
    await expectNoSidewaysScroll(page);
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await expectAccessible(page, project === "hydrated");
    await keepScreenshot(page, `${project}-${name}-${width}-${colorScheme}`);
  }
}
