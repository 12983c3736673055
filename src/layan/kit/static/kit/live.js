// <live-region src stream types> keeps a fragment of the page current; <live-status for> says in words how current it is.
// One EventSource is shared by all regions of a stream. Written for browsers from 2018 on: no private fields, no `?.`.

const SILENCE_MS = 40000; // the server beats every 15 s: two beats missed and some patience
const STEADY_MS = 10000;
const POLL_MS = 5000; // at first, while the stream is away
const FETCH_TIMEOUT_MS = 10000;
const LONGEST_PAUSE_MS = 30000; // before a stream is opened again
const LONGEST_POLL_MS = 60000; // while nothing answers
const URGENT_MS = 1000; // hundreds of telephones do not ask in the same instant even then

const feeds = new Map();
let skew = null; // of this machine's clock against the server's, for the times shown

function setSkew(said) {
  if (Number.isNaN(said)) return;
  skew = said - Date.now();
  document.dispatchEvent(new CustomEvent("live:clock", { detail: skew }));
}

/** Between half and one and a half of it, so that what failed together does not come back together. */
function spread(pause) {
  return pause * (0.5 + Math.random());
}

/** One stream of the server, opened again for as long as somebody listens. */
class Feed {
  constructor(url, types) {
    this.url = url;
    this.types = types;
    this.regions = new Set();
    this.source = null;
    this.open = false;
    this.heardAt = 0;
    this.failures = 0;
    this.retryAt = 0;
  }

  static join(url, types, region) {
    const key = url + " " + types.join(" ");
    let feed = feeds.get(key);
    if (!feed) {
      feed = new Feed(url, types);
      feeds.set(key, feed);
    }
    feed.regions.add(region);
    feed.start();
    return feed;
  }

  leave(region) {
    this.regions.delete(region);
    if (this.regions.size === 0) this.stop();
  }

  start() {
    if (this.source || typeof EventSource === "undefined") return;
    const source = new EventSource(this.url);
    this.source = source;
    this.heardAt = Date.now();
    // Only a stream that lasts is a good one: a server that opens and closes it is not asked again at once.
    const heard = () => {
      this.heardAt = Date.now();
      if (this.open && this.heardAt - openedAt > STEADY_MS) this.failures = 0;
    };
    let openedAt = 0;
    source.addEventListener("open", () => {
      openedAt = Date.now();
      this.open = true;
      heard();
      this.tell("open"); // what happened while nobody listened
    });
    source.addEventListener("heartbeat", heard);
    for (const type of this.types.concat("resync", "message")) {
      source.addEventListener(type, () => {
        heard();
        this.tell(type);
      });
    }
    // The browser itself would try again every few seconds for ever, together with all others.
    source.addEventListener("error", () => {
      if (this.source === source) this.later();
    });
  }

  stop() {
    if (this.source) this.source.close();
    this.source = null;
    this.open = false;
  }

  later() {
    this.stop();
    this.failures += 1;
    this.retryAt = Date.now() + spread(Math.min(LONGEST_PAUSE_MS, 1000 * Math.pow(2, this.failures)));
  }

  // Browsers do not always report a dead line, nor try again after a proxy's error page: this does.
  check(now) {
    if (this.regions.size === 0) return;
    if (!this.source) {
      if (now >= this.retryAt) this.start();
    } else if (now - this.heardAt > SILENCE_MS) {
      this.later();
    }
  }

  tell(type) {
    document.dispatchEvent(new CustomEvent("live:heard", { detail: type }));
    this.regions.forEach((region) => region.hear(type));
  }
}

/** A part of the page that the server renders again whenever something happened. */
class LiveRegion extends HTMLElement {
  connectedCallback() {
    this.shown = null;
    this.etag = null;
    this.busy = false;
    this.queued = false;
    this.waiting = null; // the timer of a fetch that is put off
    this.failures = 0;
    this.polls = 0; // fetches since the stream was last there
    this.pause = POLL_MS;
    this.triedAt = Date.now();
    this.confirmedAt = Date.now();
    this.held = null;
    const stream = this.getAttribute("stream");
    const types = (this.getAttribute("types") || "").split(/\s+/).filter(Boolean);
    this.feed = stream ? Feed.join(stream, types, this) : null;
    this.onRelease = () => setTimeout(() => this.release(), 0);
    this.addEventListener("focusout", this.onRelease);
    this.addEventListener("close", this.onRelease, true);
    this.pressed = false;
    this.onPress = () => {
      this.pressed = true;
    };
    this.onLift = () => {
      if (!this.pressed) return;
      this.pressed = false;
      this.onRelease();
    };
    this.addEventListener("pointerdown", this.onPress);
    document.addEventListener("pointerup", this.onLift);
    document.addEventListener("pointercancel", this.onLift);
    all.add(this);
    this.judge(Date.now());
    if (!this.firstElementChild) this.refresh();
  }

  disconnectedCallback() {
    all.delete(this);
    clearTimeout(this.waiting);
    if (this.feed) this.feed.leave(this);
    this.removeEventListener("focusout", this.onRelease);
    this.removeEventListener("close", this.onRelease, true);
    this.removeEventListener("pointerdown", this.onPress);
    document.removeEventListener("pointerup", this.onLift);
    document.removeEventListener("pointercancel", this.onLift);
  }

  /** Something happened. A page that is in no hurry says so with data-calm, in seconds: it then fetches at a random
   *  moment within them, once for all that happened until then. What `urgent` names is fetched within a second. */
  hear(type) {
    const calm = Number((this.querySelector("[data-calm]") || this).dataset.calm || 0) * 1000;
    if (!calm) {
      this.refresh();
      return;
    }
    const urgent = (this.getAttribute("urgent") || "").split(/\s+/).includes(type);
    if (this.waiting && !urgent) return;
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.refresh(), Math.random() * (urgent ? URGENT_MS : calm));
  }

  /** Fetch the fragment; while one fetch runs, any number of calls make one more. */
  refresh() {
    clearTimeout(this.waiting);
    this.waiting = null;
    if (this.busy) {
      this.queued = true;
      return;
    }
    this.busy = true;
    this.queued = false;
    this.load().then(() => {
      this.busy = false;
      this.judge(Date.now());
      this.pause = spread(this.every());
      if (this.queued && !this.failures) this.refresh();
    });
  }

  async load() {
    const startedAt = Date.now();
    this.triedAt = startedAt;
    const headers = { "X-Requested-With": "live", Accept: "text/html" };
    if (this.etag) headers["If-None-Match"] = this.etag;
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), FETCH_TIMEOUT_MS);
    try {
      const response = await fetch(this.getAttribute("src"), {
        headers,
        cache: "no-store",
        credentials: "same-origin",
        signal: abort.signal,
      });
      setSkew(Date.parse(response.headers.get("Date")));
      if (response.redirected || response.status === 401) {
        location.reload(); // the session ended: the whole page must ask again
        return;
      }
      if (response.status !== 304) {
        if (!response.ok) throw new Error("status " + response.status);
        const text = await response.text();
        this.etag = response.headers.get("ETag");
        this.show(text);
      }
      this.confirmedAt = startedAt;
      this.failures = 0;
      this.polls = this.streaming() ? 0 : this.polls + 1;
    } catch (error) {
      this.failures += 1;
    } finally {
      clearTimeout(timer);
    }
  }

  // Nothing is exchanged under a typing or pressing hand or behind an open dialog; the newest text waits until they are done.
  show(text) {
    if (text === this.shown) return;
    if (this.occupied()) {
      this.held = text;
      return;
    }
    this.held = null;
    this.shown = text;
    this.swap(text);
  }

  occupied() {
    const active = document.activeElement;
    const typing = active && this.contains(active) && active.matches("input:not([type=checkbox]):not([type=radio]), textarea, select");
    return Boolean(this.pressed || typing || this.querySelector("dialog[open], .menu[open]"));
  }

  release() {
    if (this.held !== null) this.show(this.held);
  }

  swap(text) {
    const active = document.activeElement;
    const focus = active && active !== this && this.contains(active) ? placeOf(active, this) : null;
    const known = new Set(Array.from(this.querySelectorAll("[data-item]"), (item) => item.dataset.item));
    const open = Array.from(this.querySelectorAll("details[open][id]"), (item) => item.id);
    const scrolled = Array.from(this.querySelectorAll("[data-keep-scroll][id]"), (item) => [item.id, item.scrollTop]);
    const first = !this.hasAttribute("data-filled") && known.size === 0;

    this.innerHTML = text;
    this.setAttribute("data-filled", "");

    open.forEach((id) => this.within(id, (item) => (item.open = true)));
    scrolled.forEach(([id, top]) => this.within(id, (item) => (item.scrollTop = top)));
    if (!first) {
      this.querySelectorAll("[data-item]").forEach((item) => {
        if (!known.has(item.dataset.item)) item.setAttribute("data-new", "");
      });
    }
    if (focus) focus.restore();
    if (window.htmx && window.htmx.process) window.htmx.process(this);
    this.dispatchEvent(new CustomEvent("live:updated", { bubbles: true }));
  }

  within(id, change) {
    const item = document.getElementById(id);
    if (item && this.contains(item)) change(item);
  }

  streaming() {
    return Boolean(this.feed && this.feed.open);
  }

  staleAfter() {
    return Number(this.getAttribute("stale-after") || 20) * 1000;
  }

  /** How long to wait for the next fetch, about: longer each time that nothing answers; without a stream longer each
   *  time too, but never so long that the page would be stale meanwhile. */
  every() {
    if (this.failures) return Math.min(LONGEST_POLL_MS, POLL_MS * Math.pow(2, this.failures - 1));
    if (this.streaming()) return Number(this.getAttribute("refresh") || 60) * 1000;
    if (!this.feed) return POLL_MS;
    return Math.min(this.staleAfter() / 2, POLL_MS * Math.pow(1.5, this.polls));
  }

  // Called every second: ask again when due, and say how current the page is.
  tick(now) {
    const pause = this.streaming() ? this.pause : Math.min(this.pause, 1.5 * this.every());
    if (!this.busy && now - this.triedAt >= pause) this.refresh();
    this.judge(now);
  }

  judge(now) {
    if (this.streaming() && !this.failures && !this.busy && !this.queued && !this.waiting) {
      this.confirmedAt = Math.max(this.confirmedAt, this.feed.heardAt);
    }
    const limit = this.staleAfter();
    const age = now - this.confirmedAt;
    const state = age <= limit ? "live" : age <= 3 * limit ? "stale" : "lost";
    const changed = this.getAttribute("data-live") !== state;
    if (changed) this.setAttribute("data-live", state);
    const detail = { state, at: new Date(this.confirmedAt + (skew || 0)) };
    this.dispatchEvent(new CustomEvent(changed ? "live:state" : "live:tick", { detail, bubbles: true }));
  }
}

/** Where the focus is, in terms that survive an exchange of the fragment. */
function placeOf(element, region) {
  const candidates = [
    element.id && "#" + CSS.escape(element.id),
    element.dataset.key && '[data-key="' + CSS.escape(element.dataset.key) + '"]',
    element.name && element.form && element.form.id && "#" + CSS.escape(element.form.id) + ' [name="' + CSS.escape(element.name) + '"]',
    element.getAttribute("href") && '[href="' + CSS.escape(element.getAttribute("href")) + '"]',
  ].filter(Boolean);
  const item = element.closest("[data-item]");
  const scope = item && region.contains(item) ? '[data-item="' + CSS.escape(item.dataset.item) + '"] ' : "";
  const ordinal = scope ? Array.from(item.querySelectorAll(element.tagName)).indexOf(element) : -1;
  return {
    restore() {
      let found = null;
      candidates.forEach((selector) => {
        if (!found) found = region.querySelector(scope + selector) || region.querySelector(selector);
      });
      if (!found && scope) found = region.querySelectorAll(scope + element.tagName)[ordinal];
      if (found) found.focus({ preventScroll: true });
    },
  };
}

/** "Current · last updated 10:32", by the branch's clock. Only a change of state is announced; the time is for the eye. */
class LiveStatus extends HTMLElement {
  connectedCallback() {
    this.state = document.createElement("span");
    this.state.setAttribute("role", "status");
    this.time = document.createElement("span");
    this.time.className = "num";
    this.textContent = "";
    this.append(this.state, this.time);
    if (skew === null) setSkew(Date.parse(this.getAttribute("now")));
    this.onState = (event) => {
      if (event.target.id !== this.getAttribute("for")) return;
      this.say(event.detail);
    };
    document.addEventListener("live:state", this.onState);
    document.addEventListener("live:tick", this.onState);
  }

  disconnectedCallback() {
    document.removeEventListener("live:state", this.onState);
    document.removeEventListener("live:tick", this.onState);
  }

  say(detail) {
    const words = this.getAttribute("words-" + detail.state) || "";
    if (this.state.textContent !== words) {
      this.state.textContent = words;
      this.setAttribute("state", detail.state);
    }
    const options = { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: this.getAttribute("tz") };
    const time = (this.getAttribute("words-time") || "") + " " + detail.at.toLocaleTimeString("en-GB", options);
    if (this.time.textContent !== time) this.time.textContent = time;
  }
}

const all = new Set();

function check() {
  const now = Date.now();
  feeds.forEach((feed) => feed.check(now));
  all.forEach((region) => region.tick(now));
}

// A machine that slept, a tab brought back, a network that returned: look at once.
function wake() {
  if (document.visibilityState === "hidden") return;
  const now = Date.now();
  feeds.forEach((feed) => {
    feed.retryAt = 0;
    if (feed.source && now - feed.heardAt > SILENCE_MS) feed.stop();
    feed.check(now);
  });
  all.forEach((region) => region.refresh());
}

customElements.define("live-status", LiveStatus);
customElements.define("live-region", LiveRegion);
setInterval(check, 1000);
document.addEventListener("visibilitychange", wake);
window.addEventListener("online", wake);
window.addEventListener("pageshow", (event) => {
  if (event.persisted) wake();
});
window.addEventListener("pagehide", () => feeds.forEach((feed) => feed.stop()));
