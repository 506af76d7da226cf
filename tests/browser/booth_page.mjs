/**
 * A client that speaks the protocol by itself and shows nothing: whoever interprets, speaks or listens in the tests of languages. Runs in
 * the page (so it must be self-contained) as `window.booth`. Sound is made in an AudioWorklet and measured in workers; their
 * times are Unix milliseconds, and so the same in all pages.
 */
export function booth() {
  const voice = `
    /** A tone that is switched at once, and tells when it was. */
    registerProcessor("voice", class extends AudioWorkletProcessor {
      constructor() {
        super();
        this.hz = 440;
        this.gain = this.phase = 0;
        this.port.onmessage = ({ data }) => { this.next = data; };
      }
      process(inputs, [[out]]) {
        if (this.next) {
          Object.assign(this, this.next, { next: null });
          this.port.postMessage(Date.now());
        }
        for (let i = 0; i < out.length; i++) {
          out[i] = this.gain * Math.sin(2 * Math.PI * this.phase);
          this.phase = (this.phase + this.hz / sampleRate) % 1;
        }
        return true;
      }
    });`;
  /**
   * How loud each tone is: amplitudes over a window of samples, every hop samples. What it reads is what the jitter buffer gives, as it is
   * played; Web Audio would add a queue of its own.
   */
  const ear = `onmessage = async ({ data: { sound, tones, window, hop, hann } }) => {
    const ring = new Float32Array(window);
    const shape = Array.from({ length: window }, (_, i) => (hann ? 1 - Math.cos((2 * Math.PI * i) / window) : 1) * (2 / window));
    const tables = tones.map((hz) => ["cos", "sin"].map((name) =>
      Float32Array.from(shape, (s, i) => s * Math[name]((2 * Math.PI * hz * i) / 48000))));
    let place = 0, heard = 0;
    const amplitude = ([cos, sin]) => {
      let x = 0, y = 0;
      const older = window - place;
      for (let i = 0; i < older; i++) { const s = ring[place + i]; x += s * cos[i]; y += s * sin[i]; }
      for (let i = 0; i < place; i++) { const s = ring[i]; x += s * cos[older + i]; y += s * sin[older + i]; }
      return Math.hypot(x, y);
    };
    for (const reader = sound.getReader(); ; ) {
      const { value, done } = await reader.read();
      if (done) return;
      if (value.sampleRate !== 48000) throw new Error("sound of " + value.sampleRate + " Hz");
      const at = Date.now(), rows = [], samples = new Float32Array(value.numberOfFrames);
      value.copyTo(samples, { planeIndex: 0, format: "f32-planar" });
      value.close();
      for (const sample of samples) {
        ring[place] = sample;
        place = (place + 1) % window;
        if (++heard % hop === 0) rows.push(at, heard, ...tables.map(amplitude));
      }
      if (rows.length) postMessage(Float64Array.from(rows));
    }
  };`;
  const load = (script) => URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  const waiting = new Map();
  const lines = {}; /* by name: a publication's or a slot's transceiver */
  const voices = {}, ears = {};
  let socket, connection, context, ready, serial = 0;

  /** In a page without a gesture the sound begins with the first evaluate(), which counts as one. */
  const audio = async () => {
    context ??= new AudioContext({ sampleRate: 48000, latencyHint: "interactive" });
    ready ??= context.audioWorklet.addModule(load(voice));
    await ready;
    await context.resume();
    return context;
  };

  const send = (message) => new Promise((done) => {
    waiting.set(++serial, done);
    socket.send(JSON.stringify({ ...message, id: serial }));
  });
  const receive = ({ data }) => {
    const message = { at: Date.now(), ...JSON.parse(data) };
    if (message.re === undefined) window.booth.notices.push(message);
    else waiting.get(message.re)?.(message);
    if (message.type === "languages") window.booth.languages = message;
    if (message.type === "joined") window.booth.languages = message.languages;
  };
  const named = (name) => {
    if (!lines[name]) throw new Error(`no line ${name} beside ${Object.keys(lines).join(", ")}`);
    return lines[name];
  };

  async function negotiate(publications, slots) {
    connection = new RTCPeerConnection();
    for (const source of publications) lines[source] = connection.addTransceiver("audio", { direction: "sendonly" });
    for (const name of Object.keys(slots)) {
      lines[name] = connection.addTransceiver("audio", { direction: "recvonly" });
      /* A remote track is silent in Web Audio unless an element plays it, too. */
      const element = new Audio();
      element.muted = true;
      element.srcObject = new MediaStream([lines[name].receiver.track]);
      element.play().catch(() => {});
      lines[name].element = element;
    }
    await connection.setLocalDescription();
    const answer = await send({ type: "offer", sdp: connection.localDescription.sdp, lines: [
      ...publications.map((source) => ({ mid: lines[source].mid, source })),
      ...Object.entries(slots).map(([name, feed]) => ({ mid: lines[name].mid, feed, ...(feed === "none" && { kind: "audio" }) })),
    ] });
    if (answer.type !== "answer") throw new Error(JSON.stringify(answer));
    await connection.setRemoteDescription({ type: "answer", sdp: answer.sdp });
    while (connection.connectionState !== "connected") await pause(20);
  }

  /** Attaches what sounds to a publication, at the booth's rate. */
  async function publish(source, node) {
    const out = context.createMediaStreamDestination();
    out.channelCount = 1;
    node.connect(out);
    const { sender } = lines[source];
    const parameters = sender.getParameters();
    parameters.encodings[0].maxBitrate = 96_000;
    await sender.setParameters(parameters);
    await sender.replaceTrack(out.stream.getAudioTracks()[0]);
  }

  window.booth = {
    notices: [],
    languages: null,
    async join({ url, publications = [], slots = {}, ...person }) {
      socket = new WebSocket(url, "tongsheng");
      socket.onmessage = receive;
      await new Promise((done, failed) => {
        socket.onopen = done;
        socket.onerror = () => failed(new Error(`no WebSocket to ${url}`));
      });
      const device = Array.from(crypto.getRandomValues(new Uint8Array(16)), (n) => n.toString(16).padStart(2, "0")).join("");
      const joined = await send({ type: "join", version: 1, device, ...person });
      if (joined.type !== "joined") throw new Error(JSON.stringify(joined));
      await send({ type: "media", microphone: publications.includes("microphone") ? "on" : "off", camera: "none" });
      if (publications.length + Object.keys(slots).length > 0) await negotiate(publications, slots);
      return joined;
    },
    /** The reply, with the time at which it was asked for. */
    async request(message) {
      const sent = Date.now();
      return { sent, ...(await send(message)) };
    },
    slot: (name, feed) => window.booth.request({ type: "slots", slots: [{ mid: named(name).mid, feed }] }),
    /** A tone into a publication; gain 0: silence. Resolves with the time at which it was switched. */
    async speak(source, hz, gain) {
      const sound = await audio();
      const begins = !voices[source];
      voices[source] ??= new AudioWorkletNode(sound, "voice", { numberOfInputs: 0, outputChannelCount: [1] });
      const switched = new Promise((done) => { voices[source].port.onmessage = ({ data }) => done(data); });
      voices[source].port.postMessage({ hz, gain });
      if (begins) await publish(source, voices[source]);
      return switched;
    },
    /** A wave file (base64) over and over. */
    async play(source, wave) {
      const sound = await audio();
      const node = sound.createBufferSource();
      node.buffer = await sound.decodeAudioData(Uint8Array.from(atob(wave), (c) => c.charCodeAt(0)).buffer);
      node.loop = true;
      await publish(source, node);
      node.start();
    },
    /** Measures a slot from now on: window and hop in samples of 48 kHz. */
    async listen(name, { tones, window: length = 4800, hop = length, hann = true, track = named(name).receiver.track }) {
      ears[name]?.worker.terminate();
      const worker = new Worker(load(ear));
      const { readable: sound } = new MediaStreamTrackProcessor({ track });
      const one = { worker, width: tones.length + 2, heard: [] };
      worker.onmessage = ({ data }) => { for (const value of data) one.heard.push(value); };
      worker.postMessage({ sound, tones, window: length, hop, hann }, [sound]);
      ears[name] = one;
    },
    ear: (name) => ears[name],
    /** Amplitudes of each tone, a row for each window of so many seconds from now on. */
    async hear(name, seconds) {
      const ear = ears[name];
      const from = ear.heard.length;
      await pause(seconds * 1000);
      const rows = [];
      for (let i = from; i + ear.width <= ear.heard.length; i += ear.width) rows.push(ear.heard.slice(i + 2, i + ear.width));
      return rows;
    },
    /** The first notice since then that `suits`, as soon as there is one. */
    async notice(since, suits, timeout = 10_000) {
      for (const end = Date.now() + timeout; Date.now() < end; await pause(2)) {
        const found = window.booth.notices.find((notice) => notice.at >= since && suits(notice));
        if (found) return found;
      }
      throw new Error(`no such notice since ${since}: ${JSON.stringify(window.booth.notices.slice(-3))}`);
    },
    /** The first notice since then with these fields. */
    waitFor: (since, fields, timeout) => window.booth.notice(since, (notice) => Object.entries(fields).every(([key, value]) => notice[key] === value), timeout),
    /** When a channel's state becomes this one; the relay tells it once. */
    state: (since, language, state, timeout) => window.booth.notice(since, ({ type, channels }) =>
      type === "languages" && channels.some((channel) => channel.language === language && channel.state === state), timeout),
    /** Local UDP port of the connection. */
    async port() {
      const stats = [...(await connection.getStats()).values()];
      const { selectedCandidatePairId } = stats.find(({ type }) => type === "transport");
      const pair = stats.find(({ id }) => id === selectedCandidatePairId);
      return stats.find(({ id }) => id === pair.localCandidateId).port;
    },
    async stats() {
      return [...(await connection.getStats()).values()].map((s) => ({ ...s }));
    },
    audio,
    voice: (source) => voices[source],
    line: named,
  };
}
