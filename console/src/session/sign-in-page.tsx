import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";

export function Component() {
  return <ContentLayout header={<Header variant="h1">Sign in</Header>} />;
}
