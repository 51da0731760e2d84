import Box from "@cloudscape-design/components/box";
import Button, { type ButtonProps } from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useSession } from "../session/session-gate";
import { ChangePasswordForm } from "./change-password-form";
import { plural, readPasswordPolicy } from "./password-policy";

/** The password of whoever is signed in. */
export function PasswordSection() {
  const { Account, Principal } = useSession();
  const [isOpen, setOpen] = useState(false);
  const button = useFocusedAgain(isOpen);
  const isRoot = Principal.Type === "Root";
  const policy = useQuery({
    queryKey: ["password-policy", Account.Id],
    queryFn: readPasswordPolicy,
    retry: false,
  });
  const change = (
    <Button ref={button} onClick={() => setOpen(true)} disabled={isOpen}>
      Change password
    </Button>
  );
  return (
    <Container
      header={
        <Header variant="h2" actions={change}>
          Password
        </Header>
      }
    >
      {isOpen ? (
        <ChangePasswordForm policy={policy.data} onClose={() => setOpen(false)} />
      ) : (
        <Box variant="p" color="text-body-secondary">
          {policy.data && !isRoot ? ageWords(policy.data.daysMax) : "You sign in to this console with it."}
        </Box>
      )}
    </Container>
  );
}

/** A button that has the focus again once what it opened is closed. */
function useFocusedAgain(isOpen: boolean) {
  const button = useRef<ButtonProps.Ref>(null);
  const wasOpen = useRef(false);
  useEffect(() => {
    if (wasOpen.current && !isOpen) button.current?.focus();
    wasOpen.current = isOpen;
  }, [isOpen]);
  return button;
}

const ageWords = (daysMax: number): string =>
  daysMax
    ? `The account's policy wants it changed every ${plural(daysMax, "day")}.`
    : "It does not expire; change it when somebody else may know it.";
