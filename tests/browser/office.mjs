/** Stands for the server before the secretariat's page: keeps meetings as PROTOCOL.md says (section Secretariat), can be away, and slow. */
import { once } from "node:events";
import { createReadStream, existsSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { address, root } from "./harness.mjs";

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };
const PART = { sharer: "", subject: "", minutes: 0, started: null };

const claims = (token) => JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString() || "{}");
export const tokenFor = (payload) => `h.${Buffer.from(JSON.stringify(payload)).toString("base64url")}.s`;

export class Office {
  static async start(port = 8080) {
    const office = new Office();
    office.meetings = new Map();
    office.asked = [];
    office.away = false;
    office.held = null; /* a promise: changes are answered after it */
    office.server = createServer((request, response) => void office.handle(request, response));
    office.server.listen(port, address);
    await once(office.server, "listening");
    office.base = `http://${address}:${port}`;
    return office;
  }

  link(payload = { sub: "*", role: "secretariat", exp: 4e9 }) {
    return `${this.base}/admin#token=${tokenFor(payload)}`;
  }

  add(meeting) {
    const all = {
      name: "demo", title: "Demo", starts: 0, zone: "Asia/Shanghai", minutes: 120, venue: "", floors: [], channels: [], state: "planned", agenda: [], autoRecord: false,
      ownTracks: false, access: "alliance", retentionDays: 0, people: 0, recording: "off", ...meeting,
    };
    all.agenda = all.agenda.map((part, at) => ({ ...PART, ...part, number: at + 1 }));
    this.meetings.set(all.name, all);
    return all;
  }

  async handle(request, response) {
    const url = new URL(request.url, this.base);
    if (!url.pathname.startsWith("/api/")) return this.file(url.pathname, response);
    if (this.away) return response.destroy();
    let text = "";
    for await (const piece of request) text += piece;
    const body = text ? JSON.parse(text) : {};
    this.asked.push({ method: request.method, path: url.pathname, body });
    if (request.method !== "GET") await this.held;
    const reply = (status, json) => response.writeHead(status, { "Content-Type": status < 400 ? "application/json" : "application/problem+json" }).end(JSON.stringify(json));
    const refuse = (status, detail) => reply(status, { type: "about:blank", title: "", status, detail, code: "malformed" });
    const token = (request.headers.authorization ?? "").replace(/^Bearer /, "");
    if (!token.includes(".")) return refuse(401, "token: isn’t one of this server’s");
    const { sub, role, exp } = claims(token);
    if (exp < Date.now() / 1000) return refuse(401, "token: has expired");
    if (role === "member") return refuse(403, "role: member may not schedule");
    return this.answer(request.method, url.pathname, body, { sub, reply, refuse, response });
  }

  answer(method, path, body, { sub, reply, refuse, response }) {
    const [area, ...rest] = path.split("/").slice(2);
    const [name, what] = area === "admin" ? rest.slice(1) : rest;
    const meeting = this.meetings.get(name);
    if (area === "admin" && name === undefined && method === "GET") {
      return reply(200, { meetings: [...this.meetings.values()].filter((one) => sub === "*" || one.name === sub) });
    }
    if (area === "admin" && name === undefined) return this.plan(this.free(body), body, 201, reply, refuse);
    if (!meeting) return refuse(404, "meeting: there is none of this name");
    if (area === "archive" && method === "DELETE") {
      if (meeting.people > 0) return refuse(409, "meeting: people are in it; end it first");
      this.meetings.delete(name);
      return response.writeHead(204).end();
    }
    if (area === "admin" && what === undefined) return method === "PATCH" ? this.plan(name, body, 200, reply, refuse) : reply(200, meeting);
    if (what === "links" && method === "DELETE") return response.writeHead(204).end();
    if (what === "links") return reply(200, { url: `https://example.org/${body.role === "viewer" ? "archive" : "m"}/${name}#token=${body.role}.${(body.languages ?? []).join("+")}` });
    if (what === "end") return reply(200, Object.assign(meeting, { state: "ended", people: 0, recording: "off" }));
    if (what === "recording") return this.record(method, body, meeting, reply, refuse);
    if (what === "calendar.ics") return response.writeHead(200, { "Content-Type": "text/calendar" }).end("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n");
    return refuse(404, "path: there is nothing here");
  }

  free({ name, starts = 0 }) {
    const made = starts ? new Date(starts * 1000).toISOString().slice(0, 10) : "meeting";
    for (let n = 1; ; n++) {
      const next = name ?? (n > 1 ? `${made}-${n}` : made);
      if (name || !this.meetings.has(next)) return next;
    }
  }

  plan(name, body, status, reply, refuse) {
    if (status === 201 && this.meetings.has(name)) return refuse(409, "name: is taken");
    /* What this page doesn't know to be wrong. */
    if (body.venue === "Mars") return refuse(400, "venue: isn’t on Earth");
    const at = body.agenda?.findIndex(({ subject }) => subject === "forbidden") ?? -1;
    if (at >= 0) return refuse(400, `agenda[${at}].subject: isn’t allowed`);
    return reply(status, this.add({ ...this.meetings.get(name), ...body, name }));
  }

  record(method, body, meeting, reply, refuse) {
    if (method === "POST" && meeting.recording !== "off") return refuse(409, "recording: one runs");
    meeting.recording = method === "DELETE" ? "off" : method === "POST" ? "recording" : body.state;
    return reply(method === "POST" ? 201 : method === "DELETE" ? 202 : 200, { id: "1", state: meeting.recording });
  }

  file(path, response) {
    const name = path === "/admin" ? "admin.html" : normalize(path).replace(/^(\.\.[/\\])+/, "");
    const file = join(root, "web-client/dist", name);
    if (!existsSync(file)) return response.writeHead(404).end();
    response.writeHead(200, { "Content-Type": TYPES[extname(file)] ?? "application/octet-stream", "Cache-Control": "no-store" });
    return createReadStream(file).pipe(response);
  }

  stop() {
    this.server.closeAllConnections?.();
    this.server.close();
  }
}
