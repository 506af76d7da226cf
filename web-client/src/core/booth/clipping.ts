/** The identity up to the ceiling, flat beyond it. */
export function clippingCurve(ceiling: number): Float32Array<ArrayBuffer> {
  const points = 4097;
  return Float32Array.from({ length: points }, (_, at) => Math.max(-ceiling, Math.min(ceiling, (2 * at) / (points - 1) - 1)));
}
