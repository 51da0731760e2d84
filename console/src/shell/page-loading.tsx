import Box from "@cloudscape-design/components/box";
import { Loading } from "./loading";

/** What stands where a page will be. */
export function PageLoading() {
  return (
    <Box padding="xl">
      <Loading what="Loading the page" />
    </Box>
  );
}
