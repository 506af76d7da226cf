/** Where in the page one is: `#token=…`, `#token=…&new`, `#token=…&new&from=NAME`, `#token=…&meeting=NAME`. In the fragment, so that no log keeps the token, and so that Back goes back. */

export type Route = { at: "list" } | { at: "new"; /** The meeting that it is like. */ from: string | null } | { at: "meeting"; name: string };

export interface Address { token: string | null; route: Route }

export function readAddress(hash: string): Address {
  const said = new URLSearchParams(hash.replace(/^#/, ""));
  const nameIn = (key: string): string | null => /^[a-z0-9-]{1,64}$/.exec(said.get(key) ?? "")?.[0] ?? null;
  const name = nameIn("meeting");
  const route: Route = name !== null ? { at: "meeting", name } : said.has("new") ? { at: "new", from: nameIn("from") } : { at: "list" };
  return { token: said.get("token") || null, route };
}

export function addressOf({ token, route }: Address): string {
  const said = [...(token === null ? [] : [`token=${token}`]), ...(route.at === "new" ? ["new", ...(route.from === null ? [] : [`from=${route.from}`])] : route.at === "meeting" ? [`meeting=${route.name}`] : [])];
  return `#${said.join("&")}`;
}
