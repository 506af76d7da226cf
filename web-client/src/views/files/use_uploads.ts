import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Attachment } from "../../core/archive/answer";
import { FilesApi } from "../../core/files/api";
import { sendingOf, type Upload, Uploads } from "../../core/files/uploads";
import { useAskBeforeUnload } from "../parts/hooks";

/** Uploads that live as long as the page's part that shows them. */
export function useUploads(api: FilesApi, onDone: (attachment: Attachment) => void): [readonly Upload[], Uploads] {
  const [list, setList] = useState<readonly Upload[]>([]);
  const done = useRef(onDone);
  done.current = onDone;
  const uploads = useMemo(() => new Uploads({ send: (sending) => api.send(sending), onChange: setList, onDone: (attachment) => done.current(attachment) }), [api]);
  useEffect(() => () => uploads.stop(), [uploads]);
  useAskBeforeUnload(sendingOf(list) > 0);
  return [list, uploads];
}
