import Box from "@cloudscape-design/components/box";
import Link from "@cloudscape-design/components/link";
import { Breakable } from "../shell/breakable";
import { href } from "../shell/href";
import { service } from "./words";

/** An action and below it its service; leads to the insight where an event tells of it. */
export function ActionName({ id, name, source }: { id: string | undefined; name: string; source: string }) {
  const text = <Breakable>{name}</Breakable>;
  return (
    <>
      {id ? <Link href={href(`/insights/${id}`)}>{text}</Link> : text}{" "}
      <Box variant="small" display="block" color="text-body-secondary">
        {service(source)}
      </Box>
    </>
  );
}
