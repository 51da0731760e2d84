import SpaceBetween from "@cloudscape-design/components/space-between";
import { Destinations } from "./destinations";
import { GeneralDetails } from "./general-details";
import type { PartProps } from "./props";
import { Protection } from "./protection";
import { StorageLocation } from "./storage-location";
import { Tags } from "./tags";

/** The first step: all that a trail is, but which events it logs. */
export function AttributesStep({ isNew, region, ...part }: PartProps & { isNew: boolean; region: string }) {
  return (
    <SpaceBetween size="l">
      <GeneralDetails {...part} isNew={isNew} />
      <StorageLocation {...part} region={region} />
      <Protection {...part} region={region} />
      <Destinations {...part} />
      <Tags {...part} />
    </SpaceBetween>
  );
}
