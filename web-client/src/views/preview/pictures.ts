/** Moving pictures for the preview: figures and slides, drawn. */

const FIGURES = [
  { wall: "#7c9a92", coat: "#2f4858", skin: "#d9a77c", hair: "#2a1d17" },
  { wall: "#b59f84", coat: "#7a2e3a", skin: "#8d5a3a", hair: "#1c1311" },
  { wall: "#8ea3bd", coat: "#3f5f3a", skin: "#f0c8a4", hair: "#5a3b22" },
  { wall: "#c7b8a3", coat: "#28334a", skin: "#c58c5f", hair: "#111111" },
  { wall: "#7f8c76", coat: "#8a6a2f", skin: "#6b4328", hair: "#0f0b0a" },
  { wall: "#a58fa8", coat: "#1f4d4a", skin: "#e3b48c", hair: "#7d7f82" },
] as const;

function moving(width: number, height: number, draw: (context: CanvasRenderingContext2D, tick: number) => void): MediaStream {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  let tick = 0;
  const step = (): void => {
    if (context) draw(context, tick++);
  };
  step();
  setInterval(step, 100);
  return canvas.captureStream(10);
}

export function face(which: number, upright = false): MediaStream {
  const [width, height] = upright ? [360, 640] : [640, 360];
  const figure = FIGURES[which % FIGURES.length] ?? FIGURES[0];
  return moving(width, height, (context, tick) => {
    const size = Math.min(width, height);
    const x = width / 2 + Math.sin(tick / 9) * 4;
    const y = height * 0.46;
    const light = context.createLinearGradient(0, 0, width, height);
    light.addColorStop(0, "#ffffff55");
    light.addColorStop(1, "#00000044");
    context.fillStyle = figure.wall;
    context.fillRect(0, 0, width, height);
    context.fillStyle = light;
    context.fillRect(0, 0, width, height);
    context.fillStyle = figure.coat;
    context.beginPath();
    context.ellipse(x, height * 1.08, size * 0.52, size * 0.42, 0, 0, 7);
    context.fill();
    context.fillStyle = figure.skin;
    context.fillRect(x - size * 0.07, y, size * 0.14, size * 0.3);
    context.fillStyle = figure.hair;
    context.beginPath();
    context.ellipse(x, y - size * 0.06, size * 0.2, size * 0.25, 0, 0, 7);
    context.fill();
    context.fillStyle = figure.skin;
    context.beginPath();
    context.ellipse(x, y, size * 0.165, size * 0.215, 0, 0, 7);
    context.fill();
  });
}

export function slide(): MediaStream {
  return moving(1280, 720, (context) => {
    context.fillStyle = "#ffffff";
    context.fillRect(0, 0, 1280, 720);
    context.fillStyle = "#0f766e";
    context.fillRect(0, 0, 1280, 12);
    context.fillStyle = "#14201e";
    context.font = "600 56px sans-serif";
    context.fillText("Hello, neighbor: five gardens, one year", 80, 130);
    context.font = "34px sans-serif";
    ["Seeds exchanged between 14 villages", "Water: from 60 to 22 litres a day", "What we would do otherwise"].forEach((line, at) => {
      context.fillText(`${at + 1}.  ${line}`, 80, 240 + at * 70);
    });
    [180, 250, 140, 310, 220].forEach((high, at) => {
      context.fillStyle = at === 3 ? "#b45309" : "#5fa8a0";
      context.fillRect(760 + at * 90, 660 - high, 60, high);
    });
  });
}
