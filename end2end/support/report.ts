// What a measurement found, in Markdown: `cargo xtask bench` gathers it.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "@playwright/test";

const FOLDER = process.env["BENCH_REPORTS"] ?? "artefacts/bench";

export class Report {
  #lines: string[] = [];
  #missed: string[] = [];

  line(text: string): void {
    this.#lines.push(text);
  }

  /** The head of a table, whose first column is text and whose others are numbers. */
  head(columns: string[]): void {
    this.line("");
    this.row(columns);
    this.line(`|---|${"---:|".repeat(columns.length - 1)}`);
  }

  row(cells: (string | number)[]): void {
    this.line(`| ${cells.join(" | ")} |`);
  }

  /** What was aimed at and whether it was met. */
  aim(text: string, isMet: boolean): void {
    this.line("");
    this.line(`Aim: ${text}: **${isMet ? "met" : "missed"}**.`);
    if (!isMet) {
      this.#missed.push(text);
    }
  }

  /** Writes it down, and fails where an aim was missed. */
  end(name: string): void {
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(join(FOLDER, `${name}.md`), `${this.#lines.join("\n")}\n`);
    expect(this.#missed).toEqual([]);
  }
}
