import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input, { type InputProps } from "@cloudscape-design/components/input";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type FormEvent, type ReactNode, useId, useRef, useState } from "react";
import { DialogFocus } from "../../shell/dialog-focus";

interface ConfirmByNameProps {
  title: string;
  /** What is typed to confirm. */
  name: string;
  /** What the button says. */
  action: string;
  /** What comes of it. */
  children: ReactNode;
  busy: boolean;
  /** Why it did not work. */
  refused?: ReactNode;
  onConfirm: () => void;
  onDismiss: () => void;
}

/** Asks for the name of what is to be stopped or deleted, so that it is not the neighbour. */
export function ConfirmByName(props: ConfirmByNameProps) {
  const { title, name, action, children, busy, refused, onConfirm, onDismiss } = props;
  const [typed, setTyped] = useState("");
  const form = useId();
  const field = useRef<InputProps.Ref>(null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (typed === name && !busy) onConfirm();
  };
  return (
    <Modal
      visible
      header={title}
      onDismiss={onDismiss}
      closeAriaLabel="Close"
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={onDismiss}>
              Cancel
            </Button>
            <Button
              variant="primary"
              formAction="submit"
              form={form}
              disabled={typed !== name}
              loading={busy}
              loadingText={`${action}: in progress`}
            >
              {action}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <DialogFocus field={field} />
      <form id={form} onSubmit={submit}>
        <SpaceBetween size="m">
          <Alert type="warning">{children}</Alert>
          {refused}
          <FormField label={`To confirm, enter the name of the trail: ${name}`}>
            <Input
              ref={field}
              value={typed}
              onChange={({ detail }) => setTyped(detail.value)}
              placeholder={name}
              autoComplete={false}
              spellcheck={false}
            />
          </FormField>
        </SpaceBetween>
      </form>
    </Modal>
  );
}
