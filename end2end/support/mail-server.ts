// A mail server that keeps what it gets.

import { createServer, type Server, type Socket } from "node:net";

import { expect } from "./test.ts";

interface Mail {
  to: string;
  /** The plain text. */
  text: string;
}

export class MailServer {
  readonly #mails: Mail[] = [];
  readonly #server: Server = createServer((socket) => this.#converse(socket));
  #url = "";

  static async start(): Promise<MailServer> {
    const mail = new MailServer();
    await new Promise<void>((resolve) => mail.#server.listen(0, "127.0.0.1", resolve));
    const address = mail.#server.address();
    mail.#url = `smtp://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}?tls=none`;
    return mail;
  }

  get url(): string {
    return this.#url;
  }

  stop(): void {
    this.#server.close();
  }

  /** The link to this page in the newest email to this address. */
  async link(to: string, page: string): Promise<string> {
    let found: string | undefined;
    await expect(() => {
      const texts = this.#mails.filter((mail) => mail.to === to).map((mail) => mail.text);
      const lines = texts.reverse().flatMap((text) => text.split(/\r?\n/));
      found = lines.find((line) => line.startsWith("http") && line.includes(`${page}?token=`));
      expect(found).toBeDefined();
    }).toPass({ timeout: 30_000 });
    return found!;
  }

  #converse(socket: Socket): void {
    let [pending, to, isText] = ["", "", false];
    const respond = (line: string): boolean => socket.write(`${line}\r\n`);
    socket.on("error", () => socket.destroy());
    socket.on("data", (bytes: Buffer) => {
      pending += bytes.toString("latin1");
      for (;;) {
        const end = isText ? "\r\n.\r\n" : "\r\n";
        const index = pending.indexOf(end);
        if (index < 0) {
          return;
        }
        const line = pending.slice(0, index);
        pending = pending.slice(index + end.length);
        if (isText) {
          isText = false;
          this.#mails.push({ to, text: plainText(line) });
          respond("250 accepted");
        } else if (line.startsWith("EHLO")) {
          respond("250-mail.test\r\n250 8BITMIME");
        } else if (line.startsWith("RCPT")) {
          to = /<(.*)>/.exec(line)?.[1] ?? "";
          respond("250 recipient");
        } else if (line.startsWith("DATA")) {
          isText = true;
          respond("354 go on");
        } else {
          respond(line.startsWith("QUIT") ? "221 bye" : "250 fine");
        }
      }
    });
    respond("220 mail.test");
  }
}

/** Decodes the part of a message that is plain text. */
function plainText(message: string): string {
  const part = message.split(/\r\n--[^\r\n]+\r\n/).find((it) => /^content-type: text\/plain/im.test(it)) ?? "";
  const body = part.slice(part.indexOf("\r\n\r\n") + 4);
  const encoding = /^content-transfer-encoding: (\S+)/im.exec(part)?.[1]?.toLowerCase();
  if (encoding === "base64") {
    return Buffer.from(body, "base64").toString("utf8");
  }
  if (encoding !== "quoted-printable") {
    return body;
  }
  const joined = body.replaceAll("=\r\n", "");
  const bytes = joined.replaceAll(/=([0-9A-F]{2})/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)));
  return Buffer.from(bytes, "latin1").toString("utf8");
}
