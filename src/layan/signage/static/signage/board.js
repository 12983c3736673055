// A board: each call gets its moment in amber, languages and notices take turns, and the page loads itself again after
// an upgrade of the server. Written for browsers from 2018 on: no private fields, no `?.`.

const MOMENT_MS = 5000; // each call stays prominent at least this long
const AT_ONCE = 2; // calls in amber at a time, where the screen has room for two
const AFTER_OUTAGE = 6; // calls that get a moment after an outage; the older unseen ones are only listed
const SHOWN = 6;
const TURN_MS = 8000;
const RELOAD_PAUSE_MS = 60000;
const DAY_MS = 86400000; // a paired screen loads its page again once a day, which renews its cookie

const region = document.getElementById("board");
let known = new Set();
let waiting = []; // keys of calls whose moment has not come, oldest first
let prominent = []; // {key, since}, oldest first
let room = AT_ONCE;
let turn = 0;
const loadedAt = Date.now();
let outage = false;

function flag(element, name, on) {
  if (on) element.setAttribute(name, "");
  else element.removeAttribute(name);
}

function rows() {
  return Array.from(region.querySelectorAll(".board__call"));
}

/** Put calls not seen before in line for their moment, in the order in which they were made. */
function admit(outage) {
  const keys = rows().map((row) => row.dataset.item);
  const fresh = keys.filter((key) => !known.has(key)).reverse();
  known = new Set(keys);
  waiting = waiting.filter((key) => known.has(key)).concat(fresh);
  if (outage) waiting = waiting.slice(-AFTER_OUTAGE);
  prominent = prominent.filter((entry) => known.has(entry.key));
}

/** End moments that are over and begin those that can. */
function advance(now) {
  const before = prominent.map((entry) => entry.key).join();
  prominent = prominent.filter((entry) => now - entry.since < MOMENT_MS);
  while (waiting.length > 0 && prominent.length < room) {
    prominent.push({ key: waiting.shift(), since: now });
  }
  if (before === prominent.map((entry) => entry.key).join()) return;
  arrange();
}

/** Prominent calls first, then the others, newest first; without any the newest call keeps the place. */
function arrange() {
  const all = rows();
  if (all.length === 0) return;
  const chosen = new Set(prominent.map((entry) => entry.key));
  if (chosen.size === 0) chosen.add(all[0].dataset.item);
  const first = all.filter((row) => chosen.has(row.dataset.item));
  const ordered = first.concat(all.filter((row) => !chosen.has(row.dataset.item)));
  const list = all[0].parentNode;
  list.setAttribute("data-prominent", String(first.length));
  ordered.forEach((row, place) => {
    flag(row, "data-now", place < first.length);
    row.hidden = place >= SHOWN;
    list.appendChild(row);
  });
  const last = first[first.length - 1];
  if (first.length > 1 && last.offsetTop <= first[0].offsetTop) {
    // The second wrapped out of sight: one after the other on this screen, the earlier call first.
    room = 1;
    waiting.unshift(prominent.pop().key);
    arrange();
  }
}

function takeTurns() {
  region.querySelectorAll(".turns").forEach((group) => {
    const turns = Array.from(group.children).filter((child) => child.classList.contains("turn"));
    group.setAttribute("data-turning", "");
    turns.forEach((each, place) => flag(each, "data-shown", place === turn % turns.length));
  });
}

/** The server was upgraded: load what it serves now, but not again and again while two versions answer. */
function followServer() {
  const shown = region.querySelector("[data-version]");
  if (!shown || shown.dataset.version === document.body.dataset.version) return;
  const last = Number(sessionStorage.getItem("reloaded") || 0);
  if (Date.now() - last < RELOAD_PAUSE_MS) return;
  sessionStorage.setItem("reloaded", String(Date.now()));
  location.reload();
}

function update() {
  room = AT_ONCE;
  takeTurns(); // before anything is measured, so that nothing fades that was not seen
  const now = Date.now();
  admit(outage);
  outage = false;
  advance(now);
  arrange();
  followServer();
  if (document.body.dataset.screen && now - loadedAt > DAY_MS && prominent.length + waiting.length === 0) {
    location.reload();
  }
}

known = new Set(rows().map((row) => row.dataset.item));
takeTurns();
arrange();
region.addEventListener("live:updated", update);
region.addEventListener("live:state", (event) => {
  if (event.detail.state === "lost") outage = true;
});
setInterval(() => advance(Date.now()), 250);
setInterval(() => {
  turn += 1;
  takeTurns();
}, TURN_MS);
