/** A meeting's attachments: what there is, putting one there, taking one away (PROTOCOL.md, section Archive). */
import { type Attachment, readAttachment, readAttachments } from "../archive/answer";
import { patiently } from "../patience";

const TIMEOUT_MS = 15_000;
/** The server's limit. */
export const BYTES_MAX = 100 * 2 ** 20;

export type FilesWhy =
  /** No answer, or the link broke. */
  | "offline"
  /** The link doesn't open this archive, or not any more. */
  | "closed"
  /** It does, but not for this. */
  | "forbidden"
  | "tooLarge" | "empty" | "type" | "diskFull"
  /** As many as a meeting may have. */
  | "tooMany"
  /** Somebody else took it away. */
  | "gone"
  | "stopped"
  /** What else the server says, in English. */
  | "refused" | "unreadable";

export class FilesFailure extends Error {
  constructor(readonly why: FilesWhy, readonly detail = "") {
    super(`${why}: ${detail}`);
  }
}

/** What lets somebody in. participant: "p17 SECRET" of who is in the meeting; null: the token alone. */
export interface Entrance {
  meeting: string;
  token: string | null;
  participant: string | null;
}

const WHYS: Readonly<Record<number, FilesWhy>> = { 401: "closed", 403: "forbidden", 404: "gone", 410: "gone", 413: "tooLarge", 415: "type", 429: "tooMany", 507: "diskFull" };

export function whyOf(status: number, detail: string): FilesFailure {
  return new FilesFailure(WHYS[status] ?? (status >= 500 || status === 0 ? "offline" : "refused"), detail);
}

function detailOf(text: string): string {
  try {
    const { detail } = JSON.parse(text) as { detail?: unknown };
    return typeof detail === "string" ? detail : "";
  } catch {
    return ""; // a proxy's page
  }
}

export interface Sending {
  file: File;
  /** Of the agenda; 0: the whole meeting. */
  part: number;
  /** Bytes that have gone out. */
  onProgress(sent: number): void;
  signal: AbortSignal;
}

export class FilesApi {
  constructor(private readonly entrance: () => Entrance) {}

  /** Lets plain links in, which can't send the token (a cookie). */
  async session(): Promise<void> {
    const { token } = this.entrance();
    if (token !== null) await this.ask("POST", "/session");
  }

  async list(): Promise<Attachment[]> {
    const response = await this.ask("GET", "/attachments");
    try {
      return readAttachments(await response.json(), "");
    } catch (error) {
      throw new FilesFailure("unreadable", error instanceof Error ? error.message : "");
    }
  }

  async remove(id: string): Promise<void> {
    await this.ask("DELETE", `/attachments/${encodeURIComponent(id)}`);
  }

  /** By XMLHttpRequest: fetch() doesn't say how much has gone out. */
  send({ file, part, onProgress, signal }: Sending): Promise<Attachment> {
    return new Promise((done, fail) => {
      const request = new XMLHttpRequest();
      const values = new URLSearchParams({ name: file.name, part: String(part) });
      request.open("POST", `${this.address()}/attachments?${values.toString()}`);
      for (const [name, value] of Object.entries(this.headers())) request.setRequestHeader(name, value);
      request.setRequestHeader("Content-Type", file.type || "application/octet-stream");
      request.upload.addEventListener("progress", ({ loaded }) => onProgress(loaded));
      request.addEventListener("load", () => {
        if (request.status !== 201) return fail(whyOf(request.status, detailOf(request.responseText)));
        try {
          done(readAttachment(JSON.parse(request.responseText), ""));
        } catch (error) {
          fail(new FilesFailure("unreadable", error instanceof Error ? error.message : ""));
        }
      });
      // A server that refuses before it has read all closes: the browser may see that before the answer.
      request.addEventListener("error", () => fail(new FilesFailure("offline")));
      request.addEventListener("abort", () => fail(new FilesFailure("stopped")));
      signal.addEventListener("abort", () => request.abort());
      if (signal.aborted) return fail(new FilesFailure("stopped"));
      request.send(file);
    });
  }

  private address(): string {
    return `/api/archive/${this.entrance().meeting}`;
  }

  private headers(): Record<string, string> {
    const { token, participant } = this.entrance();
    return { ...(token === null ? {} : { Authorization: `Bearer ${token}` }), ...(participant === null ? {} : { "Tongsheng-Participant": participant }) };
  }

  private async ask(method: string, path: string): Promise<Response> {
    let response: Response;
    try {
      response = await patiently(this.address() + path, { method, headers: this.headers(), cache: "no-store" }, TIMEOUT_MS);
    } catch {
      throw new FilesFailure("offline");
    }
    if (!response.ok) throw whyOf(response.status, detailOf(await response.text()));
    return response;
  }
}
