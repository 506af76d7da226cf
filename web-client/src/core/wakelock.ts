/** Keeps the screen on while wanted. The browser takes the lock away whenever the page is hidden; it is asked for again after that. */
export class WakeLock {
  private lock: WakeLockSentinel | null = null;
  private wanted = false;

  constructor(private readonly changed: (held: boolean) => void) {
    document.addEventListener("visibilitychange", () => void this.take());
  }

  want(wanted: boolean): void {
    this.wanted = wanted;
    if (wanted) void this.take();
    else void this.lock?.release().catch(() => undefined);
  }

  private async take(): Promise<void> {
    if (!this.wanted || this.lock || document.visibilityState !== "visible" || !("wakeLock" in navigator)) return;
    try {
      const lock = await navigator.wakeLock.request("screen");
      this.lock = lock;
      lock.addEventListener("release", () => {
        this.lock = null;
        this.changed(false);
      });
      this.changed(true);
      if (!this.wanted) await lock.release();
    } catch {
      // battery saver: the screen may go dark, the meeting goes on
    }
  }
}
