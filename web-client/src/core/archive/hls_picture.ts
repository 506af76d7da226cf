/** A picture of a recording on a <video>: by Media Source Extensions (hls.js, loaded when the first picture is wanted), or by the browser itself. */
import type Hls from "hls.js/light";

export interface HlsPicture {
  close(): void;
}

export interface HlsEvents {
  /** Nothing came, and it is tried again; false: it goes on. */
  network(lost: boolean): void;
  /** This browser can't show it. */
  unsupported(): void;
}

const AGAIN_MS = 2000;
let library: Promise<{ default: typeof Hls }> | undefined;

/** Reads the library ahead of its use. */
export function loadHls(): Promise<{ default: typeof Hls }> {
  library ??= import("hls.js/light").catch((error: unknown) => {
    library = undefined;
    throw error;
  });
  return library;
}

export function openHls(video: HTMLVideoElement, address: string, at: number, events: HlsEvents): HlsPicture {
  let hls: Hls | null = null;
  let closed = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const native = (): void => {
    if (video.canPlayType("application/vnd.apple.mpegurl") === "") return events.unsupported();
    video.src = address;
    video.currentTime = at;
    return undefined;
  };
  const open = async (): Promise<void> => {
    let Library: typeof Hls;
    try {
      Library = (await loadHls()).default;
    } catch {
      events.network(true);
      timer = setTimeout(() => void open(), AGAIN_MS);
      return;
    }
    if (closed) return;
    if (!Library.isSupported()) return native();
    hls = new Library({
      startPosition: at, maxBufferLength: 20, maxMaxBufferLength: 40, backBufferLength: 30, capLevelToPlayerSize: true, enableWorker: false,
    });
    const { Events, ErrorTypes } = Library;
    hls.on(Events.FRAG_LOADED, () => events.network(false));
    hls.on(Events.ERROR, (_, { fatal, type }) => {
      if (!fatal || !hls) return;
      if (type === ErrorTypes.MEDIA_ERROR) return hls.recoverMediaError();
      if (type !== ErrorTypes.NETWORK_ERROR) return events.unsupported();
      events.network(true);
      clearTimeout(timer);
      // A list that never came is asked for anew; otherwise the pieces are.
      timer = setTimeout(() => (hls?.levels.length ? hls.startLoad(video.currentTime) : hls?.loadSource(address)), AGAIN_MS);
    });
    hls.loadSource(address);
    hls.attachMedia(video);
  };
  void open();
  return {
    close() {
      closed = true;
      clearTimeout(timer);
      hls?.destroy();
      if (!hls && video.src) {
        video.removeAttribute("src");
        video.load();
      }
    },
  };
}
