/** An account as it is sent: an ID that was pasted with spaces or hyphens in it is its twelve digits. */
export function accountOf(typed: string): string {
  const digits = typed.replace(/[\s-]/g, "");
  return /^\d{12}$/.test(digits) ? digits : typed.trim();
}
