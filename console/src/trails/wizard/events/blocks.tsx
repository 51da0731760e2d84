import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";
import type { Faults } from "../../selectors/faults";
import type { BlockCategory } from "../../selectors/fields";
import type { Block } from "../../selectors/form";
import { SelectorBlock } from "./selector-block";

interface BlocksProps {
  category: BlockCategory;
  title: string;
  description: string;
  /** What the button that adds one says. */
  addText: string;
  /** All blocks of the form: only those of the category are shown. */
  blocks: Block[];
  faults: Faults;
  onChange: (blocks: Block[]) => void;
  children?: ReactNode;
}

export const newBlock = (category: BlockCategory): Block => ({
  category,
  name: "",
  subject: "",
  conditions: [],
});

/** The selectors of a category. */
export function Blocks({
  category,
  title,
  description,
  addText,
  blocks,
  faults,
  onChange,
  children,
}: BlocksProps) {
  let number = 0;
  return (
    <Container
      header={
        <Header variant="h2" description={description}>
          {title}
        </Header>
      }
    >
      <SpaceBetween size="l">
        {blocks.map((block, index) => {
          if (block.category !== category) return null;
          number += 1;
          return (
            <SelectorBlock
              // biome-ignore lint/suspicious/noArrayIndexKey: a block is its place; nothing in it outlives a change
              key={index}
              block={block}
              index={index}
              number={number}
              faults={faults}
              onChange={(next) => onChange(blocks.map((known, at) => (at === index ? next : known)))}
              onRemove={() => onChange(blocks.filter((_, at) => at !== index))}
            />
          );
        })}
        <Button iconName="add-plus" onClick={() => onChange([...blocks, newBlock(category)])}>
          {addText}
        </Button>
        {children}
      </SpaceBetween>
    </Container>
  );
}
