/**
 * What a page may use of minutes.
 *
 * To read, loaded when there are some (loadMinutesView): `<MinutesView body language version published at attachments link level={2} />`; it brings its own
 * style, and @media print leaves nothing but itself when the page's root has `data-print="minutes"` or there is nothing else on it.
 *
 * To edit, for those with mayEdit, loaded when it is asked for (…#token=…&edit=minutes&language=fr, core/archive/places.ts):
 *
 *   const { MinutesEditor } = await import("../minutes/editor");
 *   <MinutesEditor meeting={name} token={token} tag={tag} language={first} languages={written} attachments={…} onClose={…} onChanged={…} />
 *
 * It needs tokens.css and base.css on the page, and no context of it.
 */
import type { ComponentType } from "preact";
import type { MinutesEditorProps } from "./editor";
import type { MinutesViewProps } from "./view";

export type { MinutesViewProps } from "./view";
export type { MinutesEditorProps } from "./editor";
export { readBody, readMinutes, type Body, type Minutes } from "../../core/minutes/body";

/** The part of the program that shows minutes. */
export async function loadMinutesView(): Promise<ComponentType<MinutesViewProps>> {
  return (await import("./view")).MinutesView;
}

/** The editor's part of the program. */
export async function loadMinutesEditor(): Promise<ComponentType<MinutesEditorProps>> {
  return (await import("./editor")).MinutesEditor;
}
