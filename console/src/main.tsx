import "@cloudscape-design/global-styles/index.css";
import "./shell/forced-colours.css";
import { createRoot } from "react-dom/client";
import { App } from "./app";
import { startTheme } from "./shell/theme";
import { publishTokens } from "./shell/tokens";

startTheme();
publishTokens();
const root = document.getElementById("root");
if (root) createRoot(root).render(<App />);

// A page that the browser kept whole and shows again on "Back" may be of somebody who has signed out since.
addEventListener("pageshow", (event) => {
  if (event.persisted) window.location.reload();
});
