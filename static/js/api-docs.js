// Starts the API explorer. Its key stays in this tab's memory; nothing is sent to any other server.
const explorer = document.getElementById("explorer");

window.SwaggerUIBundle({
  domNode: explorer,
  url: explorer.dataset.schema,
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  docExpansion: "list",
  persistAuthorization: false,
  // Otherwise the schema would be sent to a validator on the internet.
  validatorUrl: null,
});
