/**
 * Runs in each page before its own scripts (so it must be self-contained): gives microphone and camera that are known, and lets
 * the tests look into the peer connections.
 */
export function probes({ tone, picture, language, failures }) {
  const connections = [];
  const Native = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Native {
    constructor(...args) {
      super(...args);
      connections.push(this);
    }
  };
  const sockets = [];
  const NativeSocket = window.WebSocket;
  window.WebSocket = class extends NativeSocket {
    constructor(...args) {
      super(...args);
      sockets.push(this);
    }
  };
  Object.defineProperty(navigator, "language", { get: () => language });
  Object.defineProperty(navigator, "languages", { get: () => [language] });

  /* A page's sound may start with its first gesture only; a real microphone gives its track before that, and so does ours. */
  let context;
  const audioContext = () => {
    context ??= new AudioContext({ sampleRate: 48000 });
    if (context.state !== "running") context.resume().catch(() => {});
    return context;
  };
  for (const gesture of ["pointerdown", "keydown"]) addEventListener(gesture, () => context && audioContext(), { capture: true });
  /* Firefox now and then fails to start one after a reload, and doesn't try again by itself. */
  setInterval(() => context && audioContext(), 300);

  /** A tone that pulses in loudness (so that a detector sees speech, not a steady hum) without ever going silent. */
  const microphoneTrack = () => {
    const audio = audioContext();
    const oscillator = audio.createOscillator();
    const gain = audio.createGain();
    const out = audio.createMediaStreamDestination();
    oscillator.frequency.value = window.probe.tone;
    gain.gain.value = 0.3;
    oscillator.connect(gain).connect(out);
    oscillator.start();
    window.probe.oscillator = oscillator;
    window.probe.microphoneGain = gain;
    return out.stream.getAudioTracks()[0];
  };

  /** A moving pattern that costs little to draw and something to encode. */
  const cameraTrack = () => {
    const canvas = document.createElement("canvas");
    canvas.width = picture.width;
    canvas.height = picture.height;
    const ink = canvas.getContext("2d");
    let n = 0;
    const draw = () => {
      if (window.posing) {
        window.portrait(ink, canvas.width, canvas.height, n++ / picture.rate, window.posing);
        return;
      }
      ink.fillStyle = `hsl(${window.probe.hue} 60% 40%)`;
      ink.fillRect(0, 0, canvas.width, canvas.height);
      ink.fillStyle = "#fff";
      for (let i = 0; i < 12; i++)
        ink.fillRect(((n * 7 + i * 97) % canvas.width), (i * canvas.height) / 12, canvas.width / 8, canvas.height / 14);
      n++;
    };
    draw();
    setInterval(draw, 1000 / picture.rate);
    return canvas.captureStream(picture.rate).getVideoTracks()[0];
  };

  navigator.mediaDevices.getUserMedia = async (constraints) => {
    const fail = (constraints.audio && failures.microphone) || (constraints.video && failures.camera);
    if (fail) throw new DOMException("for the test", fail);
    const tracks = [];
    if (constraints.audio) tracks.push(microphoneTrack());
    if (constraints.video) tracks.push(cameraTrack());
    return new MediaStream(tracks);
  };
  navigator.mediaDevices.getDisplayMedia = async () => {
    const audio = audioContext();
    const oscillator = audio.createOscillator();
    const out = audio.createMediaStreamDestination();
    oscillator.frequency.value = window.probe.screenTone;
    const gain = audio.createGain();
    gain.gain.value = 0.3;
    oscillator.connect(gain).connect(out);
    oscillator.start();
    const canvas = document.createElement("canvas");
    canvas.width = 1280;
    canvas.height = 720;
    const ink = canvas.getContext("2d");
    let n = 0;
    setInterval(() => {
      ink.fillStyle = "#fff";
      ink.fillRect(0, 0, 1280, 720);
      ink.fillStyle = "#111";
      ink.font = "80px sans-serif";
      ink.fillText(`Slide ${n++}`, 100, 200);
    }, 200);
    return new MediaStream([canvas.captureStream(5).getVideoTracks()[0], out.stream.getAudioTracks()[0]]);
  };

  /** The colour that most of a picture has: its hue in degrees, or "grey". */
  const canvas = document.createElement("canvas");
  canvas.width = 32;
  canvas.height = 18;
  const colourOf = (video) => {
    const ink = canvas.getContext("2d", { willReadFrequently: true });
    ink.drawImage(video, 0, 0, 32, 18);
    const { data } = ink.getImageData(0, 0, 32, 18);
    let [x, y, coloured] = [0, 0, 0];
    for (let i = 0; i < data.length; i += 4) {
      const [r, g, b] = [data[i], data[i + 1], data[i + 2]];
      const most = Math.max(r, g, b);
      const chroma = most - Math.min(r, g, b);
      if (chroma < 50) continue;
      const sector = most === r ? (g - b) / chroma : most === g ? 2 + (b - r) / chroma : 4 + (r - g) / chroma;
      x += Math.cos((sector * Math.PI) / 3);
      y += Math.sin((sector * Math.PI) / 3);
      coloured++;
    }
    return coloured < data.length / 8 ? "grey" : (Math.round((Math.atan2(y, x) * 180) / Math.PI) + 360) % 360;
  };

  const delays = new WeakMap();
  const time = (video) => {
    const presented = (now, { receiveTime }) => {
      if (receiveTime) delays.set(video, now - receiveTime);
      video.requestVideoFrameCallback(presented);
    };
    delays.set(video, Infinity);
    video.requestVideoFrameCallback?.(presented);
  };
  addEventListener("loadeddata", ({ target }) => target instanceof HTMLVideoElement && !delays.has(target) && time(target), true);

  const receivers = (kind) =>
    connections
      .filter((c) => c.connectionState !== "closed")
      .flatMap((c) => c.getReceivers())
      .filter((r) => r.track.kind === kind);

  window.probe = {
    tone,
    hue: Math.round(tone / 5) % 360,
    screenTone: 3300,
    failures,
    /** Who this page is, as it remembers it for a reload. */
    participant() {
      for (const value of Object.values(sessionStorage)) {
        try {
          const { participant } = JSON.parse(value);
          if (participant) return participant;
        } catch {}
      }
      return null;
    },
    connections: () => connections.map((c) => c.connectionState),
    sockets: () => sockets.length,
    /** As if the network had cut them: the page hears of a close that it didn't ask for. */
    dropSockets: () => sockets.forEach((socket) => socket.close(4999, "dropped by the test")),
    /** Whose ICE credentials the two ends of the first connection have. */
    iceNames() {
      const name = (description) => /a=ice-ufrag:(\S+)/.exec(description?.sdp ?? "")?.[1];
      const [c] = connections;
      return { local: name(c.localDescription), remote: name(c.remoteDescription), stable: c.signalingState === "stable" };
    },
    /** What was negotiated, for tests that nothing new is. */
    /** Remote sound plays so much later than it could; null: as the browser likes. */
    delaySound: (ms) => receivers("audio").forEach((r) => { r.jitterBufferTarget = ms; }),
    descriptions: () => connections.filter((c) => c.signalingState !== "closed").map((c) => [c.localDescription.sdp.replace(/^a=candidate.*$/gm, ""), c.remoteDescription.sdp]),
    live: () => connections.filter((c) => c.signalingState !== "closed").length,
    async stats() {
      const all = [];
      for (const c of connections)
        if (c.signalingState !== "closed") for (const s of (await c.getStats()).values()) all.push({ ...s });
      return all;
    },
    /** Videos of a participant (or of all) that a person would see: drawn, and not behind a placeholder. */
    /** Milliseconds from the last frame's arrival to its being shown, for a picture of this kind; Infinity while not known. */
    delay: (kind) => Math.min(Infinity, ...[...document.querySelectorAll(`video[data-kind="${kind}"]`)].map((v) => delays.get(v) ?? Infinity)),
    pictures: (participant, kind) =>
      [...document.querySelectorAll("video")]
        .filter((v) => (!participant || v.dataset.participant === participant) && (!kind || v.dataset.kind === kind))
        .filter((v) => v.videoWidth > 2 && v.readyState >= 2 && v.offsetWidth > 0 && getComputedStyle(v).visibility !== "hidden" && Number(getComputedStyle(v).opacity) > 0)
        .map((v) => ({ participant: v.dataset.participant ?? null, kind: v.dataset.kind, width: v.videoWidth, height: v.videoHeight, colour: colourOf(v) })),
    /**
     * Peak power in dB near each frequency, in the sum of all remote sound that the page's audio elements play.
     */
    async tones(frequencies, seconds) {
      const audio = audioContext();
      await audio.resume();
      const analyser = audio.createAnalyser();
      analyser.fftSize = 16384;
      analyser.smoothingTimeConstant = 0;
      const sources = receivers("audio").map((r) => audio.createMediaStreamSource(new MediaStream([r.track])));
      for (const source of sources) source.connect(analyser);
      const spectrum = new Float32Array(analyser.frequencyBinCount);
      const best = frequencies.map(() => -200);
      const end = performance.now() + seconds * 1000;
      await new Promise((done) => setTimeout(done, 400));
      while (performance.now() < end + 400) {
        analyser.getFloatFrequencyData(spectrum);
        frequencies.forEach((f, i) => {
          const bin = Math.round((f * analyser.fftSize) / audio.sampleRate);
          for (let k = bin - 2; k <= bin + 2; k++) best[i] = Math.max(best[i], spectrum[k]);
        });
        await new Promise((done) => setTimeout(done, 100));
      }
      for (const source of sources) source.disconnect();
      return best;
    },
  };
}
