/** A console to press the buttons of, without a server. */
import type { BoothCommands } from "../../core/booth/booth_commands";
import type { ConsoleState } from "../../core/booth/console_state";
import type { State } from "../../core/state";
import type { WritableStore } from "../../core/store";

export function pretendBooth(store: WritableStore): BoothCommands {
  const set = (part: Partial<State>): void => store.set({ ...store.get(), ...part });
  const change = (part: Partial<ConsoleState>): void => set({ console: { ...store.get().console, ...part } });
  const air = (onAir: string | null): void => {
    const { languages, me } = store.get();
    const channels = languages.channels.map((channel) => {
      const mine = channel.language === onAir;
      return mine ? { ...channel, onAir: me, state: "speech" as const } : channel.onAir === me ? { ...channel, onAir: null, state: "off" as const } : channel;
    });
    set({ onAir, languages: { ...languages, channels } });
    change({ onAirSince: onAir === null ? null : Date.now(), outgoing: onAir ?? store.get().console.outgoing });
  };
  const real: Partial<BoothCommands> = {
    preselect: (preselected) => {
      set({ incoming: preselected === "floor" || preselected === "auto" ? "" : preselected });
      change({ preselected });
    },
    setTone: (tone) => change({ tone: { ...store.get().console.tone, ...tone } }),
    setOutgoing: (outgoing) => (store.get().onAir === null ? change({ outgoing }) : air(outgoing)),
    setOnAir: (on) => air(on ? store.get().console.outgoing : null),
    takeOver: () => {
      air(store.get().console.outgoing);
      change({ alert: null });
    },
    cough: (coughing) => change({ coughing }),
    listenToColleague: (on) => set({ partner: on ? "p2" : null }),
    openChat: (chat) => change({ chat }),
    setHeadphones: (headphones) => change({ headphones }),
    setReminder: (reminderMinutes) => change({ reminderMinutes }),
    dismissReminder: () => change({ reminding: false }),
    dismissAlert: () => change({ alert: null }),
    test: (test) => change({ test }),
    calibrate: () => change({ calibration: { fullScale: 95, at: Date.now() }, test: "none" }),
    forgetCalibration: () => change({ calibration: null }),
    slowDown: () => change({ slowedUntil: Date.now() + 5000 }),
  };
  const nothing = (): void => undefined;
  return new Proxy(real, { get: (known, name: keyof BoothCommands) => known[name] ?? nothing }) as BoothCommands;
}
