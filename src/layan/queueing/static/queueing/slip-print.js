// <slip-print src confirm> prints a slip through the kiosk's own browser (started with --kiosk-printing) and tells the
// server when the browser handed it on. Whether paper came out, no page learns.

class SlipPrint extends HTMLElement {
  connectedCallback() {
    const frame = document.createElement("iframe");
    frame.className = "visually-hidden";
    frame.tabIndex = -1;
    frame.setAttribute("aria-hidden", "true");
    frame.src = this.getAttribute("src");
    frame.addEventListener("load", () => this.print(frame.contentWindow), { once: true });
    this.append(frame);
  }

  print(page) {
    page.addEventListener("afterprint", () => this.tell(), { once: true });
    page.print();
  }

  tell() {
    const form = new FormData(document.querySelector("#slip form"));
    form.set("do", "printed");
    fetch(this.getAttribute("confirm"), { method: "POST", body: form, credentials: "same-origin" });
  }
}

customElements.define("slip-print", SlipPrint);
