import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Form from "@cloudscape-design/components/form";
import FormField from "@cloudscape-design/components/form-field";
import Input, { type InputProps } from "@cloudscape-design/components/input";
import Modal from "@cloudscape-design/components/modal";
import Multiselect from "@cloudscape-design/components/multiselect";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMutation } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { addTag, MUTE_TAG } from "../../api/insights";
import type { Trail } from "../../api/trails";
import { useNotify } from "../../shell/notifications";
import { Refused } from "../../shell/refused";
import { inWords, type MuteRule, mutesEverything, writeRule, wrongRule } from "../mute-rule";
import { useTagsChanged } from "../use-tags";
import { RuleFields, type Typed } from "./rule-fields";

interface MuteModalProps {
  /** Trails that can be chosen. */
  trails: Trail[];
  /** What is there at first. */
  initial: { name: string; rule: MuteRule; trails: string[] };
  onDismiss: () => void;
}

const NOTHING_TYPED: Typed = { names: "", sources: "", principals: "", windows: "" };

/** Makes a mute rule on one or several trails. */
export function MuteModal({ trails, initial, onDismiss }: MuteModalProps) {
  const [name, setName] = useState(initial.name);
  const [rule, setRule] = useState(initial.rule);
  const [chosen, setChosen] = useState(initial.trails);
  const [wasTried, setWasTried] = useState(false);
  const notify = useNotify();
  const changed = useTagsChanged();
  const [typed, setTyped] = useState(NOTHING_TYPED);
  const nameInput = useRef<InputProps.Ref>(null);
  const wrong = wrongRule(name, rule);
  // What is right was added when the field was left: a rule without the rest would mute more than was meant.
  const isUnfinished = Object.values(typed).some((text) => text.trim() !== "");
  const isWrong = wrong.name || wrong.rule || isUnfinished || chosen.length === 0;
  const mute = useMutation({
    mutationFn: async () => {
      const tag = { Key: MUTE_TAG + name, Value: writeRule(rule) };
      for (const trail of trails.filter(({ TrailARN }) => chosen.includes(TrailARN))) {
        await addTag(trail.HomeRegion, trail.TrailARN, tag);
        await changed(trail.TrailARN);
      }
    },
    onSuccess: () => {
      const told = trails.filter(({ TrailARN }) => chosen.includes(TrailARN)).map(({ Name }) => Name);
      notify({
        type: "success",
        content: `${told.join(", ")} ${told.length === 1 ? "is" : "are"} no longer told of ${inWords(rule)}.`,
      });
      onDismiss();
    },
  });
  const options = trails.map((trail) => ({
    value: trail.TrailARN,
    label: trail.Name,
    description: trail.HasInsightSelectors ? "Looks for insights" : "Does not look for insights",
  }));
  const submit = () => {
    setWasTried(true);
    if (!isWrong) mute.mutate();
    else if (wrong.name) nameInput.current?.focus();
  };
  return (
    <Modal
      visible
      size="medium"
      header="Mute insights"
      closeAriaLabel="Close"
      onDismiss={onDismiss}
      footer={
        <SpaceBetween size="s">
          {mute.isError && <Refused error={mute.error} doing="mute that" />}
          <Box float="right">
            <SpaceBetween direction="horizontal" size="xs">
              <Button variant="link" onClick={onDismiss}>
                Cancel
              </Button>
              <Button variant="primary" loading={mute.isPending} onClick={submit}>
                Mute
              </Button>
            </SpaceBetween>
          </Box>
        </SpaceBetween>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <Form {...(wasTried && wrong.rule ? { errorText: wrong.rule } : {})}>
          <SpaceBetween size="l">
            <FormField
              label="Trails"
              description="That are not told of it any more."
              errorText={wasTried && chosen.length === 0 && "Choose a trail."}
            >
              <Multiselect
                options={options}
                selectedOptions={options.filter(({ value }) => chosen.includes(value))}
                onChange={({ detail }) =>
                  setChosen(detail.selectedOptions.flatMap(({ value }) => value ?? []))
                }
                placeholder="Choose trails"
                deselectAriaLabel={({ label }) => `Remove ${label}`}
                expandToViewport
              />
            </FormField>
            <FormField
              label="Name of the rule"
              description="One of the same name is replaced."
              errorText={wasTried && wrong.name}
            >
              <Input ref={nameInput} value={name} onChange={({ detail }) => setName(detail.value)} />
            </FormField>
            <RuleFields
              rule={rule}
              onChange={setRule}
              typed={typed}
              onTyped={(change) => setTyped((before) => ({ ...before, ...change }))}
            />
            {mutesEverything(rule) ? (
              <Alert type="warning" header="The rule mutes everything">
                The trail would be told of no insight at all. Add what it is about, or who causes it.
              </Alert>
            ) : (
              <Alert type="info" header="What the rule does">
                {writeRule(rule) ? `Not told: ${inWords(rule)}.` : "Nothing is muted yet."} What fits all of
                these is muted. Event history keeps the calls themselves; AddTags is recorded.
              </Alert>
            )}
          </SpaceBetween>
        </Form>
      </form>
    </Modal>
  );
}
