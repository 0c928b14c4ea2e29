// Pictures of pages: kept as artefacts of each run, and one of them for the README.

import { copyFileSync, existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { expect, type Page } from "@playwright/test";

const END2END = dirname(dirname(fileURLToPath(import.meta.url)));
const README_PICTURE = join(dirname(END2END), "docs", "result.png");

/** Keep a picture of the whole page under `artefacts/screenshots/`; returns the file. */
export async function keepScreenshot(page: Page, name: string): Promise<string> {
  const file = join(END2END, "artefacts", "screenshots", `${name}.png`);
  await page.screenshot({ path: file, fullPage: true, animations: "disabled" });
  return file;
}

/**
 * Keep a picture of the result page. It becomes the README's picture when that is missing or when
 * `cargo xtask test --update-screenshot` asks for it: otherwise every run would change a committed file.
 */
export async function keepResultScreenshot(page: Page): Promise<void> {
  // The closer look comes after the score.
  await expect(page.getByRole("region", { name: "What to change" })).toBeVisible();
  const file = await keepScreenshot(page, "result");
  if (!existsSync(README_PICTURE) || process.env["UPDATE_SCREENSHOT"] === "1") {
    mkdirSync(dirname(README_PICTURE), { recursive: true });
    copyFileSync(file, README_PICTURE);
  }
}
