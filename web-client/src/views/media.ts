/** Media elements that play: so that one gesture can start all that the browser held back. */
import { useEffect, useRef } from "preact/hooks";
import type { RefObject } from "preact";
import { useCommands } from "./context";

const playing = new Set<HTMLMediaElement>();

export function play(element: HTMLMediaElement, refused: () => void): void {
  element.play().catch((error: unknown) => {
    // AbortError: another stream came before this one began, which plays by itself.
    if (error instanceof DOMException && error.name === "NotAllowedError") refused();
  });
}

/** Call inside a gesture's handler. */
export function playAll(refused: () => void): void {
  for (const element of playing) play(element, refused);
}

/** Keeps a stream on an element and the element playing. */
export function useStream<E extends HTMLMediaElement>(stream: MediaStream | null): RefObject<E> {
  const ref = useRef<E>(null);
  const commands = useCommands();
  useEffect(() => {
    const element = ref.current;
    if (!element || !stream) return undefined;
    element.srcObject = stream;
    playing.add(element);
    play(element, () => commands.reportSoundBlocked());
    return () => {
      playing.delete(element);
      element.srcObject = null;
    };
  }, [stream]);
  return ref;
}
