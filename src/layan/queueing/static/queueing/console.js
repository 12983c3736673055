// The console: keeps the customer and the keys true to the counter, counts down the undo, and never moves under the hand.

const SETTLE_MS = 400; // time for the answer to one's own key to arrive before the stream's news of it counts

class CounterFace extends HTMLElement {
  connectedCallback() {
    this.watch = new MutationObserver(() => this.changed());
    this.watch.observe(this, { childList: true });
    this.onNews = (event) => event.target.id === "queue" && this.compareSoon();
    document.addEventListener("live:updated", this.onNews);
    this.ticking = setInterval(() => this.countDown(), 250);
    this.countDown();
  }

  disconnectedCallback() {
    this.watch.disconnect();
    document.removeEventListener("live:updated", this.onNews);
    clearInterval(this.ticking);
  }

  // A command was answered: the queue has changed too, and the hand that pressed a vanished button rests on the primary key.
  changed() {
    this.countDown();
    const queue = document.getElementById("queue");
    if (queue && queue.refresh) queue.refresh();
    if (document.activeElement === document.body || document.activeElement === null) {
      const primary = document.getElementById("key-next");
      if (primary) primary.focus({ preventScroll: true });
    }
  }

  compareSoon() {
    clearTimeout(this.comparing);
    this.comparing = setTimeout(() => this.compare(), SETTLE_MS);
  }

  // Someone else changed this counter (a second tab, the supervisor): show it as it is, but not under an open dialog.
  compare() {
    const news = document.querySelector("#queue [data-sight]");
    const seen = this.querySelector("#keys [name=seen]");
    if (!news || !seen || news.dataset.sight === seen.value) return;
    if (this.querySelector("dialog[open]")) {
      this.compareSoon();
      return;
    }
    window.htmx.ajax("GET", this.getAttribute("src"), { target: "#face", swap: "innerHTML settle:0" });
  }

  countDown() {
    const button = this.querySelector("[data-undo-until]");
    if (!button) return;
    if (button !== this.counted) {
      this.counted = button;
      this.ends = performance.now() + Date.parse(button.dataset.undoUntil) - Date.parse(button.dataset.undoNow);
    }
    const left = Math.ceil((this.ends - performance.now()) / 1000);
    button.querySelector("[data-undo-left]").textContent = left > 0 ? left + " s" : "";
    if (left > 0) return;
    button.disabled = true;
    button.removeAttribute("data-undo-until");
  }
}

customElements.define("counter-face", CounterFace);

// "Call A012 before its turn" fills the number into the dialog it opens.
document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-number-for]") : null;
  const field = button && document.getElementById(button.dataset.numberFor);
  if (field) field.value = button.value;
});

document.addEventListener("htmx:error", () => {
  const messages = document.getElementById("messages");
  const words = document.getElementById("not-sent");
  if (messages && words) messages.replaceChildren(words.content.cloneNode(true));
});

// Signed out meanwhile: the answer is the sign-in page, which must not appear inside this one.
document.addEventListener("htmx:before:swap", (event) => {
  const response = event.detail.ctx && event.detail.ctx.response;
  if (response && response.raw && response.raw.redirected) {
    event.preventDefault();
    location.reload();
  }
});
