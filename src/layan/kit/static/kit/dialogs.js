// Buttons that open and close dialogs, and menus that close when one looks elsewhere.

document.addEventListener("click", (event) => {
  const at = event.target instanceof Element ? event.target : null;
  if (!at) return;
  const opener = at.closest("[data-opens]");
  if (opener) {
    const dialog = document.getElementById(opener.dataset.opens);
    if (dialog && !dialog.open) dialog.showModal();
  }
  const closer = at.closest("[data-closes]");
  if (closer) {
    const dialog = closer.closest("dialog");
    if (dialog) dialog.close();
  }
  closeMenus((menu) => !menu.contains(at));
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  closeMenus((menu) => {
    if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
    return true;
  });
});

function closeMenus(which) {
  document.querySelectorAll(".menu[open]").forEach((menu) => {
    if (which(menu)) menu.open = false;
  });
}
