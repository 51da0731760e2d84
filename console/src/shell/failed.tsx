import SpaceBetween from "@cloudscape-design/components/space-between";
import { Command } from "./command";
import { explain } from "./explanation";
import type { Notification } from "./notifications";

/**
 * Tells above the page what could not be done, why, and what helps. It is for `notify`: what `Refused` shows on a page
 * has colours of its own, in which nobody can read it there.
 */
export function failed(error: unknown, doing: string): Notification {
  const { type, header, message, hint, statement, reference } = explain(error, doing);
  const words = [message, hint, reference].flatMap((text) => (text ? sentence(text) : [])).join(" ");
  if (!statement) return { type, header, content: words };
  return {
    type,
    header,
    content: (
      <SpaceBetween size="xs">
        <span>{words}</span>
        <Command text={statement} what="policy statement" />
      </SpaceBetween>
    ),
  };
}

const sentence = (text: string) => (/[.?!]$/.test(text) ? text : `${text.replace(/:$/, "")}.`);
