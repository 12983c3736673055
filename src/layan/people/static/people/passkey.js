// What the passkey library cannot do is said on the page instead of the console.

document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const usable = window.isSecureContext && "credentials" in navigator && "PublicKeyCredential" in window;
  for (const [id, applies] of [["passkey-refused", usable], ["passkey-impossible", !usable]]) {
    document.getElementById(id).hidden = !applies;
  }
});
