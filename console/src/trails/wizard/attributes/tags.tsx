import AttributeEditor from "@cloudscape-design/components/attribute-editor";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import type { Tag } from "../../calls/cloudtrail";
import { tagFault } from "../attribute-faults";
import type { PartProps } from "./props";

/** The most tags of a trail. */
const TAGS_MAX = 50;

export function Tags({ draft, change, faults }: PartProps) {
  // A tag that was added just now is not wrong yet.
  const faultAt = (at: number) => (draft.tags[at]?.Key || faults.tags ? tagFault(draft.tags, at) : undefined);
  const set = (at: number, part: Partial<Tag>) =>
    change({ tags: draft.tags.map((tag, index) => (index === at ? { ...tag, ...part } : tag)) });
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="Words of your own, to find the trail by and to write policies with."
        >
          Tags <i>- optional</i>
        </Header>
      }
    >
      <AttributeEditor
        items={draft.tags}
        addButtonText="Add tag"
        removeButtonText="Remove"
        removeButtonAriaLabel={({ Key }) => `Remove tag ${Key}`}
        empty="No tags."
        disableAddButton={draft.tags.length >= TAGS_MAX}
        additionalInfo={`Up to ${TAGS_MAX} tags.`}
        onAddButtonClick={() => change({ tags: [...draft.tags, { Key: "", Value: "" }] })}
        onRemoveButtonClick={({ detail }) =>
          change({ tags: draft.tags.filter((_, index) => index !== detail.itemIndex) })
        }
        definition={[
          {
            label: "Key",
            control: ({ Key }, at) => (
              <Input
                value={Key}
                onChange={({ detail }) => set(at, { Key: detail.value })}
                placeholder="team"
                autoComplete={false}
              />
            ),
            errorText: (_, at) => faultAt(at),
          },
          {
            label: "Value",
            control: ({ Value }, at) => (
              <Input
                value={Value ?? ""}
                onChange={({ detail }) => set(at, { Value: detail.value })}
                placeholder="security"
                autoComplete={false}
              />
            ),
          },
        ]}
      />
    </Container>
  );
}
