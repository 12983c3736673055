// <hot-keys> lets every [data-key="F2 Space"] inside it be pressed by those keys ("Alt+N" with a modifier).
// Never while a person types, nor on a key held down, nor behind an open dialog.

const TYPING = "input:not([type=checkbox]):not([type=radio]):not([type=button]):not([type=submit]), textarea, select, [contenteditable]";
const OWN_USE = "a[href], button, summary, [role=button], input";
const NAMES = { " ": "Space", Spacebar: "Space", Esc: "Escape" };

class HotKeys extends HTMLElement {
  connectedCallback() {
    this.onKey = (event) => this.press(event);
    document.addEventListener("keydown", this.onKey);
    this.announce();
    this.watch = new MutationObserver(() => this.announce());
    this.watch.observe(this, { childList: true, subtree: true });
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.onKey);
    this.watch.disconnect();
  }

  announce() {
    this.querySelectorAll("[data-key]").forEach((element) => {
      const keys = element.dataset.key.trim();
      if (element.getAttribute("aria-keyshortcuts") !== keys) element.setAttribute("aria-keyshortcuts", keys);
    });
  }

  press(event) {
    if (this.hasAttribute("off") || event.defaultPrevented || event.repeat || event.isComposing) return;
    const at = event.target instanceof Element ? event.target : document.body;
    if (at.matches(TYPING)) return;
    const name = nameOf(event);
    if ((name === "Space" || name === "Enter") && at.matches(OWN_USE)) return;
    const dialog = document.querySelector("dialog[open]");
    const found = Array.from(this.querySelectorAll("[data-key]")).find(
      (element) => element.dataset.key.split(/\s+/).includes(name) && usable(element) && (!dialog || dialog.contains(element)),
    );
    if (!found) return;
    event.preventDefault();
    found.click();
  }
}

function nameOf(event) {
  const key = NAMES[event.key] || (event.key.length === 1 ? event.key.toUpperCase() : event.key);
  return (event.ctrlKey ? "Control+" : "") + (event.altKey ? "Alt+" : "") + (event.metaKey ? "Meta+" : "") + key;
}

function usable(element) {
  return !element.disabled && element.getAttribute("aria-disabled") !== "true" && element.getClientRects().length > 0;
}

customElements.define("hot-keys", HotKeys);
