import Box from "@cloudscape-design/components/box";

/** How often something happened, and below it how often it usually does. */
export function HowOften({ happened, usual }: { happened: string; usual: string }) {
  return (
    <>
      {happened} <Box variant="small" display="block" color="text-body-secondary">{`usually ${usual}`}</Box>
    </>
  );
}
