import Box from "@cloudscape-design/components/box";
import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { Navigate, useNavigate, useSearchParams } from "react-router";
import { readSession, type Session } from "../api/session";
import { Command } from "../shell/command";
import { type Preference, usePreference } from "../shell/preference";
import { useTheme } from "../shell/theme";
import { accountOf } from "./account";
import { SignInForm, STEP_TITLES } from "./sign-in-form";
import styles from "./sign-in-page.module.css";
import { startOf, wayBack } from "./sign-in-start";
import { useSignIn } from "./use-sign-in";

/** Who signed in last in this browser; nothing of it is secret. */
const REMEMBERED: Preference<{ kind: "user" | "root"; account: string; userName: string } | null> = {
  key: "sign-in",
  version: 1,
  initial: null,
};

/** Where everybody comes who is not signed in. */
export function Component() {
  useTheme();
  const [query] = useSearchParams();
  const queries = useQueryClient();
  const session = useQuery({ queryKey: ["session"], queryFn: readSession, retry: false });
  useEffect(() => {
    document.title = "Sign in | Cairn";
  }, []);
  const back = wayBack(query.get("to"));
  if (session.data) return <Navigate to={back} replace />;
  const signedIn = (next: Session) => {
    // What was read for somebody else is nothing for this one.
    queries.clear();
    queries.setQueryData(["session"], next);
  };
  return (
    <main className={styles.page}>
      <div className={styles.brand}>
        <img src={`${import.meta.env.BASE_URL}cairn.svg`} alt="" width="40" height="40" />
        <Box variant="h1" fontSize="display-l">
          Cairn
        </Box>
      </div>
      <SignInCard query={query} back={back} onSignedIn={signedIn} />
    </main>
  );
}

function SignInCard(props: { query: URLSearchParams; back: string; onSignedIn: (session: Session) => void }) {
  const navigate = useNavigate();
  const [remembered, remember] = usePreference(REMEMBERED);
  const [keeps, setKeeps] = useState(true);
  const form = useSignIn(startOf(props.query, remembered), (session) => {
    const { kind, account, userName } = form.entries;
    remember(keeps ? { kind, account: accountOf(account), userName: userName.trim() } : null);
    props.onSignedIn(session);
    navigate(props.back, { replace: true });
  });
  return (
    <div className={styles.card}>
      <Container header={<Box variant="h2">{STEP_TITLES[form.outcome.step]}</Box>} footer={<Help />}>
        <SignInForm form={form}>
          <Checkbox checked={keeps} onChange={({ detail }) => setKeeps(detail.checked)}>
            Remember this account
          </Checkbox>
        </SignInForm>
      </Container>
    </div>
  );
}

function Help() {
  return (
    <ExpandableSection headerText="Trouble signing in?" variant="inline">
      <SpaceBetween size="s">
        <Box variant="p">
          Whoever administers your account can give you a password (<code>iam:CreateLoginProfile</code>).
          Whoever runs this server can give everyone one:
        </Box>
        <Command text="cairn password --user administrator --data-dir DIR" />
      </SpaceBetween>
    </ExpandableSection>
  );
}
