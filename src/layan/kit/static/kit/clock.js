// <live-clock tz now> shows the branch's wall time; <elapsed-time since now limit> counts from a moment.
// `now` is the server's time when it wrote the page: a screen whose own clock is wrong still shows the right time, and
// live.js tells when that clock is set right later on.

const running = new Set();
let skew = 0;

class Ticking extends HTMLElement {
  connectedCallback() {
    const said = Date.parse(this.getAttribute("now"));
    if (!Number.isNaN(said) && !this.hasAttribute("data-set")) {
      skew = said - Date.now();
      this.setAttribute("data-set", "");
    }
    running.add(this);
    this.tick(Date.now() + skew);
  }

  disconnectedCallback() {
    running.delete(this);
  }

  put(node, text) {
    if (node.textContent !== text) node.textContent = text;
  }
}

class LiveClock extends Ticking {
  tick(now) {
    const options = { hour: "2-digit", minute: "2-digit", hour12: false };
    if (this.getAttribute("tz")) options.timeZone = this.getAttribute("tz");
    const text = new Date(now).toLocaleTimeString("en-GB", options);
    const time = this.querySelector("time") || this;
    this.put(time, text);
    const moment = new Date(now).toISOString().slice(0, 16) + "Z";
    if (time !== this && time.dateTime !== moment) time.dateTime = moment;
  }
}

class ElapsedTime extends Ticking {
  tick(now) {
    const since = Date.parse(this.getAttribute("since"));
    if (Number.isNaN(since)) return;
    const seconds = Math.max(0, Math.floor((now - since) / 1000));
    this.put(this, duration(seconds));
    const limit = this.getAttribute("limit");
    this.toggleAttribute("data-over", limit !== null && seconds >= Number(limit));
  }
}

function duration(seconds) {
  const two = (value) => String(value).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  const rest = two(seconds % 60);
  return hours ? hours + ":" + two(minutes) + ":" + rest : minutes + ":" + rest;
}

customElements.define("live-clock", LiveClock);
customElements.define("elapsed-time", ElapsedTime);
document.addEventListener("live:clock", (event) => {
  // What live.js knows is rounded to a second: no reason for a timer to jump.
  if (Math.abs(event.detail - skew) > 2000) skew = event.detail;
});
setInterval(() => {
  const now = Date.now() + skew;
  running.forEach((element) => element.tick(now));
}, 1000);
