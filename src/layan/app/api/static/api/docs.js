// Swagger UI on the element that names the document.
const place = document.getElementById("api");

window.SwaggerUIBundle({
  domNode: place,
  url: place.dataset.openapi,
  deepLinking: true,
  docExpansion: "list",
  presets: [window.SwaggerUIBundle.presets.apis],
});
