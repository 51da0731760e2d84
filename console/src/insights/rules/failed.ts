import { explain } from "../../shell/explanation";
import type { Notification } from "../../shell/notifications";

/** Tells above the page what could not be done, and why. */
export function failed(error: unknown, doing: string): Notification {
  const { type, header, message, hint } = explain(error, doing);
  return { type, header, content: [message, hint].flatMap((text) => (text ? sentence(text) : [])).join(" ") };
}

const sentence = (text: string) => `${text.replace(/[.:]$/, "")}.`;
