// The ticket page calls its holder: it shakes the phone, sounds where that was allowed, and says it to screen readers.

const SHAKE = [400, 200, 400, 200, 800];
const TONES = [784, 988, 1175];

/** <ticket-watch for>: looks at the live region and acts when a new call appears there. */
class TicketWatch extends HTMLElement {
  connectedCallback() {
    this.region = document.getElementById(this.getAttribute("for"));
    this.says = this.querySelector("[data-says]");
    this.call = null;
    this.look();
    this.region.addEventListener("live:updated", () => this.look());
    this.button = document.querySelector("[data-sound]");
    if (this.button && (window.AudioContext || window.webkitAudioContext)) {
      this.button.hidden = false;
      this.button.addEventListener("click", () => this.toggle());
    }
    document.addEventListener("visibilitychange", () => this.stayAwake());
  }

  look() {
    const shown = this.region.querySelector("[data-ticket-state]");
    if (!shown) return;
    if (shown.dataset.title) document.title = shown.dataset.title;
    const call = shown.dataset.call || null;
    if (call && call !== this.call) this.announce(shown.dataset.says || "");
    this.call = call;
  }

  announce(words) {
    this.says.textContent = words;
    window.scrollTo({ top: 0 });
    // Until the page was touched once, browsers shake as little as they sound.
    const touched = !navigator.userActivation || navigator.userActivation.hasBeenActive;
    if (navigator.vibrate && touched) navigator.vibrate(SHAKE);
    if (this.audio) this.chime();
  }

  // Browsers let a page sound only after a touch, so the touch is asked for: this button.
  toggle() {
    if (this.audio) {
      this.audio.close();
      this.audio = null;
    } else {
      const Audio = window.AudioContext || window.webkitAudioContext;
      this.audio = new Audio();
      this.chime();
    }
    this.button.setAttribute("aria-pressed", String(Boolean(this.audio)));
    this.stayAwake();
  }

  chime() {
    const audio = this.audio;
    audio.resume();
    TONES.forEach((pitch, index) => {
      const tone = audio.createOscillator();
      const volume = audio.createGain();
      const from = audio.currentTime + index * 0.22;
      tone.frequency.value = pitch;
      volume.gain.setValueAtTime(0.0001, from);
      volume.gain.exponentialRampToValueAtTime(0.4, from + 0.02);
      volume.gain.exponentialRampToValueAtTime(0.0001, from + 0.5);
      tone.connect(volume).connect(audio.destination);
      tone.start(from);
      tone.stop(from + 0.55);
    });
  }

  // A phone that sleeps cannot sound.
  stayAwake() {
    if (!navigator.wakeLock) return;
    if (!this.audio) {
      if (this.awake) this.awake.release();
      this.awake = null;
    } else if (document.visibilityState === "visible") {
      navigator.wakeLock.request("screen").then(
        (lock) => (this.awake = lock),
        () => (this.awake = null), // refused when the battery is low: the page still shakes and shows
      );
    }
  }
}

customElements.define("ticket-watch", TicketWatch);
