// What a kiosk needs beside plain pages: a search that filters as one types, one tap per form, the way to one's own phone.

/** <to-own-phone href>: who took the number on a phone goes on to its page; a big screen stays for the next person. */
class ToOwnPhone extends HTMLElement {
  connectedCallback() {
    if (window.matchMedia("(max-width: 40rem)").matches) location.replace(this.getAttribute("href"));
  }
}

customElements.define("to-own-phone", ToOwnPhone);

document.querySelectorAll("[data-shows]").forEach((button) => {
  const shown = document.getElementById(button.dataset.shows);
  button.hidden = false;
  button.addEventListener("click", () => {
    shown.hidden = !shown.hidden;
    button.setAttribute("aria-expanded", String(!shown.hidden));
  });
});

// Not everybody knows that one can push a page up: a button says that there is more, and shows it.
document.querySelectorAll("[data-scrolls]").forEach((button) => {
  const page = document.getElementById(button.dataset.scrolls);
  const look = () => {
    const margin = parseFloat(getComputedStyle(page).paddingBlockEnd); // nothing to read there
    button.hidden = page.scrollHeight - page.clientHeight - page.scrollTop <= margin;
  };
  button.addEventListener("click", () => page.scrollBy({ top: page.clientHeight * 0.8 }));
  page.addEventListener("scroll", look, { passive: true });
  const sizes = new ResizeObserver(look);
  [page].concat(Array.from(page.children)).forEach((part) => sizes.observe(part));
});

document.querySelectorAll("[data-filters]").forEach((field) => {
  const list = document.getElementById(field.dataset.filters);
  const none = document.querySelector("[data-none-found]");
  const filter = () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    let found = 0;
    list.querySelectorAll("[data-names]").forEach((item) => {
      item.hidden = !words.every((word) => item.dataset.names.includes(word));
      if (!item.hidden) found += 1;
    });
    if (none) none.hidden = found > 0;
  };
  field.addEventListener("input", filter);
  list.addEventListener("live:updated", filter);
});

// The server gives one number for one form however often it is sent; this only spares the wait for a second answer.
document.querySelectorAll("form[method=post]").forEach((form) => {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
});
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
});
