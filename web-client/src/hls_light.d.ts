/** The light build (no other soundtracks, captions or encryption) has the whole one's types. */
declare module "hls.js/light" {
  export * from "hls.js";
  export { default } from "hls.js";
}
