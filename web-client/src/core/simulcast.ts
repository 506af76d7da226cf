/** Which layers a camera sends (DESIGN section 3), by the width that the camera really gives. Pure. */
export interface Layer { rid: "q" | "h" | "f"; active: boolean; scaleResolutionDownBy: number; maxBitrate: number }

/** What addTransceiver gets before any camera is known: all three, so that the answer has them all. */
export const INITIAL_LAYERS: readonly Layer[] = layersFor(1280, 720);

/**
 * Chromium sends only the lowest layer of a small camera: 320×180 with scales 4/2/1 sends 80×45 and nothing else. So a small camera's lowest
 * layer is its full picture. A phone held upright gives 720×1280: the longer side counts.
 */
export function layersFor(width: number, height: number): Layer[] {
  const long = Math.max(width, height);
  if (long >= 960) {
    return [
      { rid: "q", active: true, scaleResolutionDownBy: 4, maxBitrate: 150_000 },
      { rid: "h", active: true, scaleResolutionDownBy: 2, maxBitrate: 500_000 },
      { rid: "f", active: true, scaleResolutionDownBy: 1, maxBitrate: long > 1280 ? 2_500_000 : 1_700_000 },
    ];
  }
  if (long >= 480) {
    return [
      { rid: "q", active: true, scaleResolutionDownBy: 2, maxBitrate: 150_000 },
      { rid: "h", active: true, scaleResolutionDownBy: 1, maxBitrate: 700_000 },
      { rid: "f", active: false, scaleResolutionDownBy: 1, maxBitrate: 700_000 },
    ];
  }
  return [
    { rid: "q", active: true, scaleResolutionDownBy: 1, maxBitrate: 300_000 },
    { rid: "h", active: false, scaleResolutionDownBy: 1, maxBitrate: 300_000 },
    { rid: "f", active: false, scaleResolutionDownBy: 1, maxBitrate: 300_000 },
  ];
}

/** Puts the layers into what getParameters() gave, by rid; encodings that it doesn't know stay. Returns whether anything changed. */
export function applyLayers(encodings: RTCRtpEncodingParameters[], layers: readonly Layer[]): boolean {
  let changed = false;
  for (const encoding of encodings) {
    const layer = layers.find((l) => l.rid === encoding.rid);
    if (!layer) continue;
    const same =
      encoding.active === layer.active &&
      encoding.scaleResolutionDownBy === layer.scaleResolutionDownBy &&
      encoding.maxBitrate === layer.maxBitrate;
    if (same) continue;
    encoding.active = layer.active;
    encoding.scaleResolutionDownBy = layer.scaleResolutionDownBy;
    encoding.maxBitrate = layer.maxBitrate;
    changed = true;
  }
  return changed;
}
