/** Addresses of the archive's pages, and how a moment is written in them. */

/** Which page the address is of: the list, or a meeting's. */
export function meetingOf(pathname: string): string | null {
  return /^\/archive\/([a-z0-9-]{1,64})\/?$/.exec(pathname)?.[1] ?? null;
}

/** What stands behind the #: never sent to a server, kept in no log. */
export interface Fragment {
  token: string | null;
  recording: string | null;
  /** Seconds. */
  at: number | null;
  /** The minutes are to be edited, in this language, or "" in whichever there are; null: to be read. */
  edit: string | null;
}

export function readFragment(hash: string): Fragment {
  const values = new URLSearchParams(hash.replace(/^#/, ""));
  const edit = values.get("edit") === "minutes" ? (values.get("language") ?? "") : null;
  return { token: values.get("token") || null, recording: values.get("recording") || null, at: readMoment(values.get("t") ?? ""), edit };
}

/** "1h2m3s", "2m", "75" or "1:02:03"; null: none of these. */
export function readMoment(written: string): number | null {
  const words = /^(?:(\d{1,3})h)?(?:(\d{1,5})m)?(?:(\d{1,6})s?)?$/.exec(written.trim());
  const clock = /^(?:(\d{1,3}):)?(\d{1,2}):(\d{2})$/.exec(written.trim());
  const parts = words ?? clock;
  if (!parts || parts[0] === "") return null;
  const [hours, minutes, seconds] = parts.slice(1).map((part) => Number(part ?? 0)) as [number, number, number];
  return hours * 3600 + minutes * 60 + seconds;
}

export function writeMoment(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return [h ? `${h}h` : "", m ? `${m}m` : "", s || whole === 0 ? `${s}s` : ""].join("");
}

/** Without a token unless one is given: whoever passes it on lets others in. */
export function linkTo(meeting: string, { recording, at, token, edit }: Partial<Fragment> = {}): string {
  const values = new URLSearchParams();
  if (token) values.set("token", token);
  if (recording) values.set("recording", recording);
  if (at !== undefined && at !== null) values.set("t", writeMoment(at));
  if (edit !== undefined && edit !== null) values.set("edit", "minutes");
  if (edit) values.set("language", edit);
  const fragment = values.toString();
  return `/archive/${meeting}${fragment ? `#${fragment}` : ""}`;
}

/**
 * The token that a link for others may have: none that lets change and delete (who may edit makes a viewer's on the secretariat's page),
 * and none where it isn't needed.
 */
export function tokenToPass(token: string | null, { access, mayEdit }: { access: string; mayEdit: boolean }): string | null {
  return mayEdit || access === "public" ? null : token;
}

/** The list's search, as its address has it. */
export interface Search {
  q: string;
  month: string;
}

export function readSearch(search: string): Search {
  const values = new URLSearchParams(search);
  const month = values.get("month") ?? "";
  return { q: values.get("q") ?? "", month: /^\d{4}-(0[1-9]|1[0-2])$/.test(month) ? month : "" };
}

export function searchAddress({ q, month }: Search): string {
  const values = new URLSearchParams();
  if (q) values.set("q", q);
  if (month) values.set("month", month);
  const query = values.toString();
  return query ? `/archive?${query}` : "/archive";
}
