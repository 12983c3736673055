// Buttons [data-display="text|contrast|reach"] change how the screen looks, and a cookie tells the server for the next page.

const COOKIE = "layan_display";
const MODES = { contrast: "high", text: "large", reach: "low" };
const root = document.documentElement;

function isOn(mode) {
  return root.getAttribute("data-" + mode) === MODES[mode];
}

function set(mode, on) {
  if (on) root.setAttribute("data-" + mode, MODES[mode]);
  else root.removeAttribute("data-" + mode);
}

function show() {
  document.querySelectorAll("[data-display]").forEach((button) => {
    button.setAttribute("aria-pressed", String(isOn(button.dataset.display)));
  });
}

function remember() {
  const chosen = Object.keys(MODES).filter(isOn).join(".");
  const secure = location.protocol === "https:" ? "; Secure" : "";
  const age = chosen ? 31536000 : 0;
  document.cookie = COOKIE + "=" + chosen + "; Path=/; SameSite=Lax; Max-Age=" + age + secure;
}

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-display]") : null;
  if (!button || !(button.dataset.display in MODES)) return;
  set(button.dataset.display, !isOn(button.dataset.display));
  remember();
  show();
});

document.addEventListener("kiosk:reset", () => {
  Object.keys(MODES).forEach((mode) => set(mode, false));
  remember();
});

show();
