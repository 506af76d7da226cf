/**
 * People for pictures: drawn faces, each before a place of their own, that move a little. `portrait` runs in pages, so it is
 * self-contained; guests send such pictures from C peers, which costs next to nothing.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./harness.mjs";

export const PORTRAITS = {
  ling: { skin: "#f0c8a0", hair: "#1d1a1a", style: "bob", clothes: "#b83a4b", scene: "bamboo" },
  maisara: { skin: "#d9a577", hair: "#2f6f73", style: "scarf", clothes: "#2f6f73", scene: "window" },
  abeba: { skin: "#7a4a2e", hair: "#17110f", style: "curls", clothes: "#e0a63a", scene: "hills" },
  jose: { skin: "#c68e5f", hair: "#2a1c14", style: "short", clothes: "#31507f", scene: "books", beard: true },
  hana: { skin: "#f3d2b0", hair: "#2b2222", style: "bun", clothes: "#6a5a8c", scene: "sea", glasses: true },
  ana: { skin: "#f5d6bf", hair: "#b9854a", style: "long", clothes: "#3d6b4f", scene: "wall" },
  ravi: { skin: "#a9714b", hair: "#120e0d", style: "short", clothes: "#8a4b2d", scene: "hills", glasses: true },
};

/** Draws `who` on a canvas of any size; t in seconds, the movement repeats every 2. */
export function portrait(ink, width, height, t, who) {
  const u = height / 360;
  const sway = Math.sin(Math.PI * t);
  const disc = (x, y, rx, ry, colour, from = 0, to = 2 * Math.PI) => {
    ink.fillStyle = colour;
    ink.beginPath();
    ink.ellipse(x, y, rx, ry, 0, from, to);
    ink.fill();
  };
  const box = (x, y, w, h, colour) => {
    ink.fillStyle = colour;
    ink.fillRect(x, y, w, h);
  };
  const shade = (top, bottom) => {
    const fill = ink.createLinearGradient(0, 0, 0, height);
    fill.addColorStop(0, top);
    fill.addColorStop(1, bottom);
    return fill;
  };
  const hill = (colour, base, rise, phase) => {
    ink.fillStyle = colour;
    ink.beginPath();
    ink.moveTo(0, height);
    for (let x = 0; x <= width; x += 8) ink.lineTo(x, height * base - rise * u * Math.sin((x / width) * 5 + phase));
    ink.lineTo(width, height);
    ink.fill();
  };
  const scenes = {
    bamboo() {
      box(0, 0, width, height, shade("#dcebd2", "#b9d4ac"));
      for (let i = 0; i < 14; i++) {
        const x = ((i * 89) % 640) * (width / 640);
        box(x, 0, (10 + (i % 3) * 5) * u, height, ["#7fa565", "#93b878", "#6b9354"][i % 3]);
        for (let k = 0; k < 6; k++) box(x, (((i * 37) % 70) + k * 70) * u, (10 + (i % 3) * 5) * u, 3 * u, "#55783f");
      }
    },
    window() {
      box(0, 0, width, height, shade("#f3e6d3", "#e2cdb0"));
      box(width * 0.62, 40 * u, 190 * u, 190 * u, "#fff");
      box(width * 0.62 + 8 * u, 48 * u, 83 * u, 174 * u, shade("#9fd3ea", "#dff2f4"));
      box(width * 0.62 + 99 * u, 48 * u, 83 * u, 174 * u, shade("#9fd3ea", "#dff2f4"));
      box(40 * u, 190 * u, 70 * u, 90 * u, "#b5643c");
      for (let i = -3; i <= 3; i++) disc((75 + i * 16) * u, (150 - 12 * Math.cos(i)) * u, 12 * u, 44 * u, ["#3f7d4e", "#4f9460"][(i + 4) % 2]);
    },
    hills() {
      box(0, 0, width, height, shade("#f8d9a8", "#f4efe0"));
      disc(width * 0.8, 80 * u, 36 * u, 36 * u, "#fff3c9");
      hill("#9db694", 0.55, 40, 1);
      hill("#7a9c77", 0.7, 34, 3);
      hill("#5d845d", 0.85, 26, 5);
    },
    books() {
      box(0, 0, width, height, "#6d4a33");
      for (let row = 0; row < 4; row++) {
        box(0, (row * 92 + 84) * u, width, 8 * u, "#4d3322");
        for (let i = 0; i < 36; i++) {
          const tall = 52 + ((i * 7 + row * 13) % 28);
          box(i * 19 * u, (row * 92 + 84 - tall) * u, 16 * u, tall * u, ["#a5483f", "#d7b46a", "#3e6a78", "#7d8f5a", "#c9bfae", "#55486a"][(i * 5 + row) % 6]);
        }
      }
      box(0, 0, width, height, "rgba(40,24,14,0.25)");
    },
    sea() {
      box(0, 0, width, height, shade("#cfe8f3", "#f2f7f3"));
      box(0, height * 0.55, width, height * 0.45, shade("#4f93ab", "#2f7590"));
      for (let i = 0; i < 9; i++) box(((i * 83 + 20 * sway) % 640) * (width / 640), (215 + i * 15) * u, 60 * u, 2 * u, "rgba(255,255,255,0.35)");
      hill("#6f9a8a", 0.56, 14, 2);
    },
    wall() {
      box(0, 0, width, height, shade("#e9e3d8", "#d5cbbb"));
      box(70 * u, 50 * u, 120 * u, 90 * u, "#fff");
      box(78 * u, 58 * u, 104 * u, 74 * u, shade("#f0b37a", "#6f87a8"));
      box(width - 130 * u, 60 * u, 8 * u, 240 * u, "#7b6a55");
      disc(width - 126 * u, 70 * u, 44 * u, 34 * u, "#f8eecb");
    },
  };
  scenes[who.scene]();
  const x = width / 2 + 4 * u * sway;
  const y = (172 + 2 * Math.sin(2 * Math.PI * t)) * u;
  const line = (colour, thick, ...curve) => {
    ink.strokeStyle = colour;
    ink.lineWidth = thick * u;
    ink.lineCap = "round";
    ink.beginPath();
    ink.moveTo(x + curve[0] * u, y + curve[1] * u);
    ink.quadraticCurveTo(x + curve[2] * u, y + curve[3] * u, x + curve[4] * u, y + curve[5] * u);
    ink.stroke();
  };
  const hair = (dx, dy, rx, ry) => disc(x + dx * u, y + dy * u, rx * u, ry * u, who.hair);
  /* what is behind the face */
  if (who.style === "long") hair(0, 44, 64, 112);
  if (who.style === "bob") hair(0, 8, 64, 70);
  if (who.style === "bun") hair(0, -82, 22, 20);
  if (who.style === "curls") for (let i = 0; i < 12; i++) hair(58 * Math.cos(i * 0.524), -14 + 56 * Math.sin(i * 0.524), 25, 25);
  if (who.style === "scarf") hair(0, 12, 64, 86);
  else hair(0, -16, 55, 58);
  disc(x, 424 * u, 148 * u, 150 * u, who.clothes);
  box(x - 18 * u, y + 40 * u, 36 * u, 64 * u, who.skin);
  disc(x, y + 104 * u, 30 * u, 12 * u, who.skin);
  disc(x, y + 62 * u, 18 * u, 14 * u, "rgba(0,0,0,0.14)");
  if (who.style === "scarf") hair(0, 100, 64, 44);
  /* the face, and the hair over it */
  disc(x, y, 46 * u, 58 * u, who.skin);
  if (who.style === "scarf") {
    ink.strokeStyle = who.hair;
    ink.lineWidth = 16 * u;
    ink.beginPath();
    ink.ellipse(x, y, 50 * u, 63 * u, 0, 0, 2 * Math.PI);
    ink.stroke();
  } else if (who.style === "bob" || who.style === "long") {
    line(who.hair, 26, -44, -14, -38, -52, 14, -50);
    line(who.hair, 26, 44, -14, 40, -50, 8, -50);
  } else {
    line(who.hair, 22, -42, -32, 0, -68, 42, -32);
  }
  if (who.beard) {
    ink.save();
    ink.beginPath();
    ink.ellipse(x, y, 47 * u, 60 * u, 0, 0, 2 * Math.PI);
    ink.clip();
    disc(x, y + 54 * u, 56 * u, 44 * u, who.hair);
    ink.restore();
    disc(x, y + 26 * u, 25 * u, 14 * u, who.skin);
  }
  const blink = t % 2 > 1.85 ? 0.15 : 1;
  const brow = who.style === "scarf" ? "#2b1d16" : who.hair;
  for (const side of [-1, 1]) {
    disc(x + side * 18 * u, y - 4 * u, 7.5 * u, 5.5 * u * blink, "#fff");
    disc(x + (side * 18 + sway) * u, y - 4 * u, 4.5 * u, 4.8 * u * blink, "#2b1d16");
    line(brow, 3.5, side * 9, -17, side * 18, -22, side * 27, -16);
    disc(x + side * 29 * u, y + 17 * u, 9 * u, 6 * u, "rgba(220,80,70,0.2)");
    if (who.glasses) {
      ink.strokeStyle = "#3b3230";
      ink.lineWidth = 2.6 * u;
      ink.beginPath();
      ink.ellipse(x + side * 18.5 * u, y - 3 * u, 14.5 * u, 12.5 * u, 0, 0, 2 * Math.PI);
      ink.stroke();
    }
  }
  line("rgba(0,0,0,0.25)", 3, -3, 12, 2, 17, 6, 11);
  const open = 12 + 4 * Math.sin(4 * Math.PI * t);
  ink.fillStyle = "#8f3a35";
  ink.beginPath();
  ink.moveTo(x - 16 * u, y + 29 * u);
  ink.quadraticCurveTo(x, y + 33 * u, x + 16 * u, y + 29 * u);
  ink.quadraticCurveTo(x, y + (29 + 2 * open) * u, x - 16 * u, y + 29 * u);
  ink.fill();
  line("#fff", 3, -9, 32.5, 0, 34.5, 9, 32.5);
}

/** Two seconds of a portrait as an IVF file, encoded by a page (WebCodecs: any page of a secure origin). */
async function clip(page, who, { width, height, rate }) {
  const frames = await page.evaluate(async (draw, look, w, h, fps) => {
    const canvas = new OffscreenCanvas(w, h);
    const ink = canvas.getContext("2d");
    const paint = new Function(`return ${draw}`)();
    const out = [];
    const encoder = new VideoEncoder({ output: (chunk) => { const bytes = new Uint8Array(chunk.byteLength); chunk.copyTo(bytes); out.push([...bytes]); }, error: console.error });
    encoder.configure({ codec: "vp8", width: w, height: h, bitrate: 900_000, framerate: fps });
    for (let n = 0; n < 2 * fps; n++) {
      paint(ink, w, h, n / fps, look);
      const frame = new VideoFrame(canvas, { timestamp: (n * 1e6) / fps });
      encoder.encode(frame, { keyFrame: n === 0 });
      frame.close();
    }
    await encoder.flush();
    return out;
  }, portrait.toString(), who, width, height, rate);
  const head = Buffer.alloc(32);
  head.write("DKIF", 0, "latin1");
  head.writeUInt16LE(32, 6);
  head.write("VP80", 8, "latin1");
  head.writeUInt16LE(width, 12);
  head.writeUInt16LE(height, 14);
  head.writeUInt32LE(rate, 16);
  head.writeUInt32LE(1, 20);
  head.writeUInt32LE(frames.length, 24);
  return Buffer.concat([head, ...frames.flatMap((bytes, n) => {
    const frame = Buffer.alloc(12);
    frame.writeUInt32LE(bytes.length, 0);
    frame.writeUInt32LE(n, 4);
    return [frame, Buffer.from(bytes)];
  })]);
}

/** Joins a C peer with this name and portrait; gives the way to end it. */
export async function guest(server, meeting, page, name, who, { speaks = false, picture = { width: 640, height: 360, rate: 10 } } = {}) {
  const file = join(server.data, `${name}.ivf`);
  writeFileSync(file, await clip(page, who, picture));
  const child = spawn(join(root, "build/tests/peer/peers"), ["--url", server.base, "--meeting", meeting, "--token", server.token(meeting, "member", "--name", name),
    "--publish", "1", "--ivf", file, "--seconds", "600", ...(speaks ? [] : ["--level", "127"])], { stdio: ["ignore", "ignore", "inherit"] });
  const ended = once(child, "exit");
  return { name, end: () => { child.kill(); return ended; } };
}

/** For Person.open: the camera gives this portrait. */
export const posing = (who) => (page) => page.evaluateOnNewDocument(`window.portrait = ${portrait.toString()}; window.posing = ${JSON.stringify(who)};`);
