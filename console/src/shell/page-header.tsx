import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import type { ReactNode } from "react";
import { type Crumb, useHelp, usePageTitle } from "./frame-parts";

export interface PageHeaderProps {
  title: string;
  /** The pages above this one, the topmost first: `[["Trails", "/trails"]]`. */
  above?: readonly Crumb[];
  description?: ReactNode;
  actions?: ReactNode;
  /** `(25)`, `(3/25)`. */
  counter?: string;
  /** A `HelpPanel` for this page, made outside of the component; an Info link opens it. */
  help?: ReactNode;
  /** For the header of a table that is the whole page. */
  variant?: "h1" | "awsui-h1-sticky";
}

/** The heading of a page, with its breadcrumbs, the browser tab's title and its help. */
export function PageHeader({ title, above, help, variant = "h1", ...parts }: PageHeaderProps) {
  usePageTitle(title, above);
  const openHelp = useHelp(help);
  const info = help ? (
    <Link variant="info" onFollow={openHelp} ariaLabel={`Info about ${title}`}>
      Info
    </Link>
  ) : undefined;
  return (
    <Header
      variant={variant}
      info={info}
      description={parts.description}
      actions={parts.actions}
      {...(parts.counter ? { counter: parts.counter } : {})}
    >
      {title}
    </Header>
  );
}
