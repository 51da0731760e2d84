import ContentLayout from "@cloudscape-design/components/content-layout";
import type { ReactNode } from "react";
import { PageHeader, type PageHeaderProps } from "./page-header";

/** A page with its heading above its content. A page that is one table puts `PageHeader` into the table instead. */
export function Page({ children, ...header }: PageHeaderProps & { children?: ReactNode }) {
  return <ContentLayout header={<PageHeader {...header} />}>{children}</ContentLayout>;
}
