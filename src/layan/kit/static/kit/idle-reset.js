// <idle-reset seconds warning href>: a kiosk that nobody touches warns, counts down and starts again for the next person.

const SIGNS_OF_LIFE = ["pointerdown", "pointermove", "keydown", "input", "wheel", "touchstart", "scroll"];

class IdleReset extends HTMLElement {
  connectedCallback() {
    this.dialog = this.querySelector("dialog");
    this.left = this.querySelector("[data-idle-left]");
    this.onLife = () => {
      if (!this.dialog || !this.dialog.open) this.rest();
    };
    SIGNS_OF_LIFE.forEach((name) => document.addEventListener(name, this.onLife, { capture: true, passive: true }));
    this.onStay = () => this.rest();
    if (this.dialog) {
      this.dialog.addEventListener("close", this.onStay);
      const stay = this.querySelector("[data-idle-stay]");
      if (stay) stay.addEventListener("click", () => this.dialog.close());
    }
    this.rest();
    this.timer = setInterval(() => this.tick(Date.now()), 250);
  }

  disconnectedCallback() {
    clearInterval(this.timer);
    SIGNS_OF_LIFE.forEach((name) => document.removeEventListener(name, this.onLife, { capture: true }));
  }

  /** Somebody is here: count from the start. */
  rest() {
    this.warnAt = Date.now() + Number(this.getAttribute("seconds") || 30) * 1000;
  }

  tick(now) {
    if (now < this.warnAt) return;
    const warning = Number(this.getAttribute("warning") || 10);
    const left = Math.ceil((this.warnAt + warning * 1000 - now) / 1000);
    if (left <= 0) {
      this.startAgain();
      return;
    }
    if (this.dialog && !this.dialog.open) {
      document.querySelectorAll("dialog[open]").forEach((other) => other.close());
      this.dialog.showModal();
    }
    if (this.left && this.left.textContent !== String(left)) this.left.textContent = String(left);
  }

  startAgain() {
    clearInterval(this.timer);
    document.dispatchEvent(new CustomEvent("kiosk:reset")); // display.js forgets this person's choices
    location.replace(this.getAttribute("href") || location.pathname);
  }
}

customElements.define("idle-reset", IdleReset);
