/** Dates and times in words. Now and the viewer's zone are arguments, so that tests don't depend on where they run. */

export interface ZonedTime {
  /** "10:00 – 12:00"; with the day in front where it isn't the viewer's day. */
  time: string;
  /** "China Standard Time"; the viewer's own has none. */
  zone: string;
}

export interface MeetingTime {
  /** "Friday 29 May 2020" in the viewer's zone. */
  day: string;
  own: string;
  /** The meeting's own zone, where its clock shows another time. */
  other: ZonedTime | null;
}

function zoneName(language: string, zone: string, at: number): string {
  for (const timeZoneName of ["longGeneric", "long"] as const) {
    try {
      const parts = new Intl.DateTimeFormat(language, { timeZone: zone, timeZoneName }).formatToParts(at);
      return parts.find((part) => part.type === "timeZoneName")?.value ?? zone;
    } catch {
      // before 2022 browsers don't know the generic form
    }
  }
  return zone;
}

function range(language: string, zone: string, from: number, to: number): string {
  const format = new Intl.DateTimeFormat(language, { timeZone: zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  return to > from ? `${format.format(from)} – ${format.format(to)}` : format.format(from);
}

function dayOf(language: string, zone: string, at: number, length: "long" | "short"): string {
  const year = length === "long" ? ({ year: "numeric" } as const) : {};
  return new Intl.DateTimeFormat(language, { timeZone: zone, weekday: length, day: "numeric", month: length, ...year }).format(at);
}

/** Null: open at any time. A zone that the browser doesn't know counts as the viewer's own. */
export function meetingTime(language: string, ownZone: string, meeting: { starts: number; minutes: number; zone: string }): MeetingTime | null {
  if (meeting.starts <= 0) return null;
  const from = meeting.starts;
  const to = from + meeting.minutes * 60_000;
  const own = range(language, ownZone, from, to);
  const day = dayOf(language, ownZone, from, "long");
  try {
    const time = range(language, meeting.zone || ownZone, from, to);
    const theirDay = dayOf(language, meeting.zone || ownZone, from, "short");
    const sameDay = theirDay === dayOf(language, ownZone, from, "short");
    if (time === own && sameDay) return { day, own, other: null };
    return { day, own, other: { time: sameDay ? time : `${theirDay} ${time}`, zone: zoneName(language, meeting.zone, from) } };
  } catch {
    return { day, own, other: null };
  }
}

/** When each part would begin, Unix ms; null: not known. */
export function plannedTimes(starts: number, agenda: readonly { minutes: number }[]): (number | null)[] {
  let at: number | null = starts > 0 ? starts : null;
  return agenda.map(({ minutes }) => {
    const begins = at;
    at = at !== null && minutes > 0 ? at + minutes * 60_000 : null; // behind a part of unknown length nothing is known
    return begins;
  });
}

export function clockTime(language: string, at: number): string {
  return new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(at);
}
