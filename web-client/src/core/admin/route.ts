/** Where in the page one is: `#token=…`, `#token=…&new`, `#token=…&meeting=NAME`. In the fragment, so that no log keeps the token, and so that Back goes back. */

export type Route = { at: "list" } | { at: "new" } | { at: "meeting"; name: string };

export interface Address { token: string | null; route: Route }

export function readAddress(hash: string): Address {
  const said = new URLSearchParams(hash.replace(/^#/, ""));
  const name = said.get("meeting") ?? "";
  const route: Route = /^[a-z0-9-]{1,64}$/.test(name) ? { at: "meeting", name } : said.has("new") ? { at: "new" } : { at: "list" };
  return { token: said.get("token") || null, route };
}

export function addressOf({ token, route }: Address): string {
  const said = [...(token === null ? [] : [`token=${token}`]), ...(route.at === "new" ? ["new"] : route.at === "meeting" ? [`meeting=${route.name}`] : [])];
  return `#${said.join("&")}`;
}
