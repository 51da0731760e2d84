/** Tells a password manager whose password is chosen in a form: it would keep it without a name else, or as another's. */
export function KnownUserName({ value }: { value: string }) {
  if (!value) return null;
  return <input type="text" name="username" autoComplete="username" value={value} readOnly hidden />;
}
