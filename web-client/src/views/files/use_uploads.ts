import { useEffect, useMemo, useState } from "preact/hooks";
import type { Attachment } from "../../core/archive/answer";
import { FilesApi } from "../../core/files/api";
import { type Upload, Uploads } from "../../core/files/uploads";

/** Uploads that live as long as the page's part that shows them. */
export function useUploads(api: FilesApi, onDone: (attachment: Attachment) => void): [readonly Upload[], Uploads] {
  const [list, setList] = useState<readonly Upload[]>([]);
  const uploads = useMemo(() => new Uploads({ send: (sending) => api.send(sending), onChange: setList, onDone }), [api]);
  useEffect(() => () => uploads.close(), [uploads]);
  // Who goes away while something is on its way is asked.
  const busy = list.some(({ at }) => at !== "failed");
  useEffect(() => {
    if (!busy) return undefined;
    const unloads = (event: BeforeUnloadEvent): void => event.preventDefault();
    addEventListener("beforeunload", unloads);
    return () => removeEventListener("beforeunload", unloads);
  }, [busy]);
  return [list, uploads];
}
