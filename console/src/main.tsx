import "@cloudscape-design/global-styles/index.css";
import { createRoot } from "react-dom/client";
import { App } from "./app";
import { startTheme } from "./shell/theme";
import { publishTokens } from "./shell/tokens";

startTheme();
publishTokens();
const root = document.getElementById("root");
if (root) createRoot(root).render(<App />);
