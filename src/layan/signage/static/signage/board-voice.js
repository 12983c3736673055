// <board-voice src> says what the server hands this screen, one announcement after the other, and tells it when each was
// heard. What is said as a message stands in writing too. A browser that wants a touch before it lets a page be heard says
// so on the screen, and nothing is taken from the line until then. Written for browsers from 2018 on.

const AGAIN_MS = 5000; // after a failure, about
const LONGEST_MS = 30000;
const URGENT = /^(ticket\.(called|recalled)|announcement\.|open$|resync$)/;

class BoardVoice extends HTMLElement {
  connectedCallback() {
    const Context = window.AudioContext || window.webkitAudioContext;
    if (!Context) return;
    this.context = new Context();
    this.busy = false;
    this.queued = false;
    this.failures = 0;
    this.timer = null;
    this.context.addEventListener("statechange", () => this.judge());
    document.addEventListener("pointerdown", () => this.context.resume());
    document.addEventListener("keydown", () => this.context.resume());
    document.addEventListener("live:heard", (event) => {
      if (URGENT.test(event.detail)) this.ask();
    });
    this.judge();
  }

  mayBeHeard() {
    return this.context.state === "running";
  }

  judge() {
    if (this.mayBeHeard()) this.ask();
    this.show(this.mayBeHeard() ? [] : [{ language: "", words: this.getAttribute("words-touch") }]);
  }

  /** Put lines over the foot of the board, or take them away. */
  show(lines) {
    this.textContent = "";
    lines.forEach((line) => {
      const text = document.createElement("p");
      if (line.language) text.lang = line.language;
      text.textContent = line.words;
      this.append(text);
    });
    this.hidden = lines.length === 0;
  }

  /** Take announcements from the line until there is none; asked meanwhile, ask once more. */
  ask() {
    if (!this.mayBeHeard()) return;
    if (this.busy) {
      this.queued = true;
      return;
    }
    this.busy = true;
    this.queued = false;
    clearTimeout(this.timer);
    this.sayNext()
      .then((pause) => {
        this.failures = 0;
        return pause;
      })
      .catch(() => {
        this.failures += 1;
        return Math.min(LONGEST_MS, AGAIN_MS * this.failures) * (0.5 + Math.random());
      })
      .then((pause) => {
        this.busy = false;
        if (this.queued && !this.failures) this.ask();
        else this.timer = setTimeout(() => this.ask(), pause);
      });
  }

  /** Say one announcement, if there is one; return after how many milliseconds to ask again. */
  async sayNext() {
    const answer = await this.post(this.getAttribute("src"));
    const { say, again } = await answer.json();
    if (!say) return again * 1000;
    const file = await fetch(say.url);
    if (!file.ok) throw new Error("status " + file.status);
    const sound = await this.decoded(await file.arrayBuffer());
    if (!say.number) this.show(say.text);
    try {
      await this.play(sound, say.volume / 100);
    } finally {
      if (this.mayBeHeard()) this.show([]);
    }
    await this.post(this.getAttribute("src") + "/" + say.id + "/played");
    return 0;
  }

  async post(address) {
    const answer = await fetch(address, { method: "POST", credentials: "same-origin" });
    if (!answer.ok) throw new Error("status " + answer.status);
    return answer;
  }

  decoded(bytes) {
    return new Promise((resolve, reject) => this.context.decodeAudioData(bytes, resolve, reject));
  }

  play(sound, volume) {
    return new Promise((resolve) => {
      const gain = this.context.createGain();
      gain.gain.value = volume;
      gain.connect(this.context.destination);
      const source = this.context.createBufferSource();
      source.buffer = sound;
      source.connect(gain);
      source.addEventListener("ended", () => {
        gain.disconnect();
        resolve();
      });
      source.start();
    });
  }
}

customElements.define("board-voice", BoardVoice);
