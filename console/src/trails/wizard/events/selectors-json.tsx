import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Textarea from "@cloudscape-design/components/textarea";
import { readText } from "../../selectors/text";
import styles from "./selectors-json.module.css";

/** Selectors as the text that `put-event-selectors` takes. */
export function SelectorsJson({ text, onChange }: { text: string; onChange: (text: string) => void }) {
  const { fault } = readText(text);
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="As the AWS CLI takes them: a list of advanced selectors, or of basic ones."
        >
          Selectors as JSON
        </Header>
      }
    >
      <FormField errorText={fault} stretch>
        <div className={styles.code}>
          <Textarea
            ariaLabel="Selectors as JSON"
            value={text}
            rows={Math.min(36, Math.max(12, text.split("\n").length + 1))}
            spellcheck={false}
            onChange={({ detail }) => onChange(detail.value)}
          />
        </div>
      </FormField>
    </Container>
  );
}
