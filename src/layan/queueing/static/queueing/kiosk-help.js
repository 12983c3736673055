// A kiosk by keypad and by ear. The digits 1 to 9 press the choices of the page, Enter what has the focus, the arrows move it,
// Backspace or - goes back, 0 reads the page aloud, * calls a member of staff. The first key shows the digits.

const CHOICES = "main a.tile, main button.tile, main form button[type=submit]:not([disabled])";
const BACK = ".kiosk__foot > .cluster:first-child :is(a, button:not([data-scrolls]))";
const TYPING = "input:not([type=hidden]):not([type=radio]):not([type=checkbox]), textarea, select";

// The first page is another person's: what the last one chose is forgotten.
if (document.querySelector(".kiosk__start")) {
  sessionStorage.removeItem("aloud");
  sessionStorage.removeItem("keys");
}

function shown(element) {
  return element.getClientRects().length > 0;
}

function choices() {
  return Array.from(document.querySelectorAll(CHOICES)).filter(shown).slice(0, 9);
}

function number() {
  document.querySelectorAll("[data-digit]").forEach((each) => each.removeAttribute("data-digit"));
  choices().forEach((each, at) => {
    each.dataset.digit = String(at + 1);
    each.setAttribute("aria-keyshortcuts", String(at + 1));
  });
}

function press(element) {
  if (!element) return;
  element.focus();
  element.click();
}

function move(by) {
  const all = Array.from(document.querySelectorAll("a[href], button, input:not([type=hidden])")).filter(
    (each) => shown(each) && !each.disabled && !each.closest(".visually-hidden, .skip, dialog:not([open])"),
  );
  const main = all.findIndex((each) => each.closest("main"));
  const at = all.indexOf(document.activeElement);
  const next = at < 0 ? Math.max(0, main) : (at + by + all.length) % all.length;
  if (all[next]) all[next].focus();
}

document.addEventListener("keydown", (event) => {
  if (event.repeat || event.ctrlKey || event.altKey || event.metaKey || document.querySelector("dialog[open]")) return;
  const typing = event.target.matches(TYPING);
  const act = {
    ArrowDown: () => move(1),
    ArrowRight: () => move(1),
    ArrowUp: () => move(-1),
    ArrowLeft: () => move(-1),
  };
  if (!typing) {
    act.Backspace = act["-"] = () => press(document.querySelector(BACK));
    act["0"] = () => press(document.querySelector("[data-aloud]"));
    act["*"] = act.F1 = () => press(document.querySelector('[data-kiosk-key="*"]'));
    if (/^[1-9]$/.test(event.key)) act[event.key] = () => press(choices()[Number(event.key) - 1]);
  }
  if (typing && (event.key === "ArrowLeft" || event.key === "ArrowRight")) return;
  document.body.dataset.keys = "";
  number();
  if (!act[event.key]) return;
  event.preventDefault();
  act[event.key]();
});
document.addEventListener("live:updated", number);
if (sessionStorage.getItem("keys")) document.body.dataset.keys = "";
number();
window.addEventListener("pagehide", () => {
  if ("keys" in document.body.dataset) sessionStorage.setItem("keys", "yes");
});
document.addEventListener("kiosk:reset", () => sessionStorage.clear());

// Read aloud: asked for once, each further page of this visit reads itself; any touch or key stops it.
const button = document.querySelector("[data-aloud]");
let sound = null;

function stop() {
  if (sound) sound.pause();
  sound = null;
}

function read() {
  stop();
  sound = new Audio(button.dataset.aloud);
  // While the kiosk speaks, somebody is listening: it does not start again under their ears.
  sound.addEventListener("timeupdate", () => document.dispatchEvent(new Event("input")));
  sound.addEventListener("error", () => {
    button.hidden = true;
  });
  sound.play().catch(() => {});
}

if (button) {
  button.hidden = false;
  button.addEventListener("click", (event) => {
    event.stopPropagation();
    sessionStorage.setItem("aloud", "yes");
    read();
  });
  const others = (event) => {
    if (!event.target.closest || !event.target.closest("[data-aloud]")) stop();
  };
  document.addEventListener("pointerdown", others);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "0") stop();
  });
  window.addEventListener("pagehide", stop);
  if (sessionStorage.getItem("aloud")) read();
}
