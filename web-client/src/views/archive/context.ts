/** What all parts of the archive's page may reach: its words, the server, the way to its other pages, and the player of a recording. */
import { createContext } from "preact";
import { useContext, useLayoutEffect, useState } from "preact/hooks";
import { ArchiveApi } from "../../core/archive/api";
import type { Player, PlayerState } from "../../core/archive/player";
import { archiveText, type ArchiveText } from "../../text/archive_text";

export const Words = createContext<ArchiveText>(archiveText("en"));
export const useWords = (): ArchiveText => useContext(Words);

export const Api = createContext<ArchiveApi>(new ArchiveApi(null));
export const useApi = (): ArchiveApi => useContext(Api);

/** Goes to another page of the archive without loading anything anew. */
export const Go = createContext<(address: string) => void>(() => undefined);
export const useGo = (): ((address: string) => void) => useContext(Go);

export const ThePlayer = createContext<Player | null>(null);

export function usePlayer(): Player {
  const player = useContext(ThePlayer);
  if (!player) throw new Error("a view outside the player");
  return player;
}

/** Draws again only when what is selected has changed. */
export function usePlaying<T>(select: (state: PlayerState) => T): T {
  const player = usePlayer();
  const [, draw] = useState({});
  const value = select(player.get());
  useLayoutEffect(() => {
    let drawn = value;
    const check = (): void => {
      const next = select(player.get());
      if (Object.is(drawn, next)) return;
      drawn = next;
      draw({});
    };
    check(); // what changed between drawing and subscribing
    return player.subscribe(check);
  });
  return value;
}
