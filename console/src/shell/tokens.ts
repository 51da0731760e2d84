// The tokens that these very components were built with. The public package of tokens is released apart from them: a
// name that differs is no error but the light theme's colour in the dark one.
import * as tokens from "../../node_modules/@cloudscape-design/components/internal/generated/styles/tokens.js";

export * from "../../node_modules/@cloudscape-design/components/internal/generated/styles/tokens.js";

/** The colours and fonts of Cloudscape for style sheets of ours: `var(--cairn-border)`. They follow the theme. */
const VARIABLES = {
  "--cairn-text": tokens.colorTextBodyDefault,
  "--cairn-text-secondary": tokens.colorTextBodySecondary,
  "--cairn-heading": tokens.colorTextHeadingDefault,
  "--cairn-link": tokens.colorTextLinkDefault,
  "--cairn-error": tokens.colorTextStatusError,
  "--cairn-warning": tokens.colorTextStatusWarning,
  "--cairn-success": tokens.colorTextStatusSuccess,
  "--cairn-info": tokens.colorTextStatusInfo,
  "--cairn-border": tokens.colorBorderDividerDefault,
  "--cairn-background": tokens.colorBackgroundLayoutMain,
  "--cairn-container": tokens.colorBackgroundContainerContent,
  "--cairn-code-background": tokens.colorBackgroundCodeView,
  "--cairn-highlight": tokens.colorBackgroundItemSelected,
  "--cairn-focus": tokens.colorBorderItemFocused,
  "--cairn-mono": tokens.fontFamilyMonospace,
  "--cairn-font": tokens.fontFamilyBase,
};

export function publishTokens(target: HTMLElement = document.body): void {
  for (const [name, value] of Object.entries(VARIABLES)) target.style.setProperty(name, value);
}
