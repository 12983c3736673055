// <reception-desk>: what is typed narrows the services and chooses the first; Enter gives its number, the arrows choose
// another, + puts it under the same number. A queue number typed is looked for instead.

const NUMBER = /^[a-z]{1,3}\d{3,5}$/;

function plain(text) {
  return text.toLowerCase().normalize("NFD").replace(/[\u0300-\u036f]/g, "");
}

class ReceptionDesk extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.search = this.querySelector("#q");
    this.also = [];
    this.chosen = null; // the code of the row that Enter gives
    this.search.addEventListener("input", () => this.narrow(null));
    this.addEventListener("live:updated", () => this.narrow(this.chosen));
    this.addEventListener("focusin", (event) => {
      const row = event.target.closest(".reception__line");
      if (row) this.choose(row.dataset.code);
    });
    document.addEventListener("keydown", (event) => this.press(event));
    this.form.addEventListener("submit", (event) => {
      // A second press does not send the form again; its key would give the same number anyway.
      if (this.sent) event.preventDefault();
      this.sent = true;
    });
    window.addEventListener("pageshow", () => {
      this.sent = false;
    });
    this.narrow(null);
  }

  rows() {
    return Array.from(this.querySelectorAll(".reception__line"));
  }

  /** Show the rows in which every word typed is found; one whose letter is typed comes first. */
  narrow(keep) {
    const typed = plain(this.search.value.trim());
    const words = typed.split(/\s+/).filter(Boolean);
    const rows = this.rows();
    const fitting = rows.filter(
      (row) => row.dataset.letter === typed || words.every((word) => row.dataset.search.includes(word)),
    );
    rows.forEach((row) => {
      row.hidden = !fitting.includes(row);
    });
    const first = fitting.find((row) => row.dataset.letter === typed) || fitting[0];
    const kept = fitting.find((row) => row.dataset.code === keep);
    const target = kept || (typed ? first : null);
    this.choose(target ? target.dataset.code : null);
    this.querySelector("#none").hidden = fitting.length > 0 || NUMBER.test(typed);
  }

  choose(code) {
    this.chosen = code;
    this.rows().forEach((row) => {
      if (row.dataset.code === code) row.setAttribute("data-chosen", "");
      else row.removeAttribute("data-chosen");
    });
  }

  move(by) {
    const shown = this.rows().filter((row) => !row.hidden);
    if (shown.length === 0) return;
    const at = shown.findIndex((row) => row.dataset.code === this.chosen);
    const row = shown[Math.max(0, Math.min(shown.length - 1, at + by))];
    this.choose(row.dataset.code);
    row.scrollIntoView({ block: "nearest" });
  }

  press(event) {
    if (event.repeat && event.key === "Enter") return event.preventDefault();
    const group = this.form.querySelector('[data-hot="' + CSS.escape(event.key) + '"]');
    if (group) {
      event.preventDefault();
      group.checked = true;
      return;
    }
    if (event.key === "Escape") {
      this.search.value = "";
      this.put([]);
      this.narrow(null);
      this.search.focus();
      return;
    }
    if (event.target !== this.search) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      this.move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "+") {
      event.preventDefault();
      this.add();
    } else if (event.key === "Enter") {
      event.preventDefault();
      this.enter();
    }
  }

  enter() {
    const typed = plain(this.search.value.trim());
    if (NUMBER.test(typed)) {
      location.assign(this.getAttribute("find") + "?number=" + encodeURIComponent(typed.toUpperCase()));
      return;
    }
    const row = this.rows().find((each) => each.dataset.code === this.chosen);
    const button = row && row.querySelector("button:not(:disabled)");
    if (button) button.click();
    else if (this.also.length > 0) this.giveAlso();
  }

  /** Put the chosen service under the number that is given next. */
  add() {
    const row = this.rows().find((each) => each.dataset.code === this.chosen);
    if (!row || row.querySelector("button:disabled") || this.also.some((each) => each.code === this.chosen)) return;
    this.put(this.also.concat({ code: row.dataset.code, name: row.dataset.name }));
    this.search.value = "";
    this.narrow(null);
  }

  put(also) {
    this.also = also;
    this.form.elements.also.value = also.map((each) => each.code).join(",");
    const said = this.querySelector("#also");
    said.hidden = also.length === 0;
    said.textContent = said.dataset.words + " " + also.map((each) => each.name).join(", ");
  }

  giveAlso() {
    const last = this.also[this.also.length - 1];
    this.put(this.also.slice(0, -1));
    this.rows().find((each) => each.dataset.code === last.code).querySelector("button").click();
  }
}

customElements.define("reception-desk", ReceptionDesk);
