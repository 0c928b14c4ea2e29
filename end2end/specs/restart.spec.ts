// The server goes away and comes back: the page says so, and takes up what happened meanwhile.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, test } from "../support/test.ts";
import { PASSWORD } from "../support/visitor.ts";

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

/** A server of this test's own, on the same port and data each time it is started. */
class OwnServer {
  readonly url: string;
  readonly #folder = mkdtempSync(join(tmpdir(), "pledgecast-restart-"));
  #process: ChildProcess | undefined;

  constructor(readonly port: number) {
    this.url = `http://127.0.0.1:${port}`;
  }

  async start(): Promise<void> {
    const settings = {
      PLEDGECAST_ADDRESS: `127.0.0.1:${this.port}`,
      PLEDGECAST_DATA_DIR: join(this.#folder, "data"),
    };
    const process_ = spawn(process.env["PLEDGECAST_BIN"]!, ["serve"], {
      cwd: this.#folder,
      env: { PATH: process.env["PATH"], ...settings },
      stdio: "ignore",
    });
    this.#process = process_;
    await expect(async () => {
      expect((await fetch(`${this.url}/health/ready`)).ok).toBe(true);
    }).toPass({ timeout: 30_000 });
  }

  async kill(): Promise<void> {
    const process_ = this.#process;
    this.#process = undefined;
    if (process_ === undefined) {
      return;
    }
    const gone = new Promise((resolve) => process_.once("exit", resolve));
    process_.kill("SIGKILL");
    await gone;
  }

  async clear(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

test("a server that is killed and started again is waited for, and the page catches up", async ({ browser }, info) => {
  test.skip(info.project.name !== "hydrated", "without JavaScript a page changes when it is loaded");
  test.slow();
  const server = new OwnServer(await freePort());
  try {
    await server.start();
    const context = await browser.newContext({ baseURL: server.url });
    const page = await context.newPage();
    const credentials = { email: "ada@example.org", password: PASSWORD };
    const registered = await page.request.post("/api/auth/register", { data: credentials });
    expect(registered.ok()).toBe(true);
    await page.goto("/transactions");
    const rows = page.locator("main tbody tr");
    await expect(rows).toHaveCount(1);
    const topUp = async (): Promise<void> => {
      const data = { amount: 5, idempotency_key: crypto.randomUUID() };
      expect((await page.request.post("/api/balance/top_up", { data })).ok()).toBe(true);
    };
    await topUp();
    await expect(rows).toHaveCount(2);

    await server.kill();
    await expect(page.locator(".connection")).toContainText(/reconnect/i);
    await server.start();
    // Before the page has found the server again, or after: either way it must be told.
    await topUp();
    await expect(page.locator(".connection")).toBeEmpty({ timeout: 40_000 });
    await expect(rows).toHaveCount(3);
    await topUp();
    await expect(rows).toHaveCount(4);
    await context.close();
  } finally {
    await server.clear();
  }
});
