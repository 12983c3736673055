// The floor page: after a command the live part is fetched at once, and a menu closes when one of its entries is chosen.

const region = document.getElementById("floor");

document.addEventListener("htmx:after:swap", () => region && region.refresh && region.refresh());

document.addEventListener("click", (event) => {
  const entry = event.target instanceof Element ? event.target.closest(".menu__item") : null;
  if (entry && region && region.contains(entry)) entry.closest(".menu").open = false;
});
