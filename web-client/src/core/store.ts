/** Holds the one state object; changed by the controller (through reduce()), read by views. */
import type { State } from "./state";

export interface Store {
  get(): State;
  subscribe(fn: () => void): () => void;
}

export interface WritableStore extends Store {
  set(next: State): void;
}

export function createStore(initial: State): WritableStore {
  let state = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => state,
    subscribe(fn) {
      listeners.add(fn);
      return () => {
        listeners.delete(fn);
      };
    },
    set(next) {
      if (next === state) return;
      state = next;
      for (const fn of [...listeners]) fn();
    },
  };
}
