import type { BlockCategory } from "./fields";
import type { Condition } from "./form";

/** What AWS's console offers beside conditions of one's own. */
export interface Template {
  id: string;
  label: string;
  /** What such a selector logs. */
  told: string;
  description: string;
  conditions: Condition[];
}

const ALL: Template = {
  id: "all",
  label: "Log all events",
  told: "All events",
  description: "Whatever is done.",
  conditions: [],
};

export const TEMPLATES: Record<BlockCategory, readonly Template[]> = {
  Data: [
    ALL,
    {
      id: "read-only",
      label: "Log readOnly events",
      told: "Read events",
      description: "Calls that read, such as GetObject.",
      conditions: [{ field: "readOnly", operator: "Equals", values: ["true"] }],
    },
    {
      id: "write-only",
      label: "Log writeOnly events",
      told: "Write events",
      description: "Calls that change something, such as PutObject.",
      conditions: [{ field: "readOnly", operator: "Equals", values: ["false"] }],
    },
    {
      id: "console",
      label: "Log only console events",
      told: "Events of console sessions",
      description: "Calls that somebody made who had signed in to a console.",
      conditions: [{ field: "sessionCredentialFromConsole", operator: "Equals", values: ["true"] }],
    },
    {
      id: "no-services",
      label: "Exclude service-initiated events",
      told: "All but service-initiated events",
      description: "All but what a service did of its own accord.",
      conditions: [{ field: "eventType", operator: "NotEquals", values: ["AwsServiceEvent"] }],
    },
  ],
  NetworkActivity: [
    ALL,
    {
      id: "denied",
      label: "Log only access denied events",
      told: "Access denied events",
      description: "Calls that a VPC endpoint policy denied.",
      conditions: [{ field: "errorCode", operator: "Equals", values: ["VpceAccessDenied"] }],
    },
  ],
};

export const CUSTOM = "custom";

/** Which template such conditions are; `custom` where they are none. */
export function templateOf(category: BlockCategory, conditions: readonly Condition[]): string {
  const text = JSON.stringify(conditions);
  return TEMPLATES[category].find((known) => JSON.stringify(known.conditions) === text)?.id ?? CUSTOM;
}
