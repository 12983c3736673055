// <touch-keys for="input-id" layout="digits|letters" word-delete word-space>: keys on the screen of a kiosk without a keyboard.

const LAYOUTS = {
  digits: ["1", "2", "3", "4", "5", "6", "7", "8", "9", "-", "0", "delete"],
  letters: Array.from("QWERTYUIOPASDFGHJKL").concat("delete", Array.from("ZXCVBNM"), "space"),
};

class TouchKeys extends HTMLElement {
  connectedCallback() {
    if (this.firstElementChild) return;
    const layout = this.getAttribute("layout") === "letters" ? "letters" : "digits";
    this.classList.add("keypad", "keypad--" + layout);
    this.setAttribute("role", "group");
    LAYOUTS[layout].forEach((key) => this.append(this.button(key)));
    // The field keeps the focus and its caret while fingers are on the keys.
    this.addEventListener("pointerdown", (event) => event.preventDefault());
    this.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (button) this.type(button.value);
    });
  }

  button(key) {
    const button = document.createElement("button");
    button.type = "button";
    button.value = key;
    button.className = "button button--secondary";
    if (key === "delete") button.textContent = "⌫";
    else button.textContent = key === "space" ? "␣" : key;
    const words = this.getAttribute("word-" + key);
    if (words) button.setAttribute("aria-label", words);
    if (key === "space") button.classList.add("keypad__space");
    return button;
  }

  type(key) {
    const field = document.getElementById(this.getAttribute("for"));
    if (!field) return;
    if (key === "delete") field.value = field.value.slice(0, -1);
    else if (field.maxLength < 0 || field.value.length < field.maxLength) {
      field.value += key === "space" ? " " : key.toLowerCase();
    }
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

customElements.define("touch-keys", TouchKeys);
