/** `3%`, `0.4%`; what is little is not called nothing, and what is not all not all. */
export function percent(part: number): string {
  const hundredths = part * 100;
  if (hundredths > 0 && hundredths < 0.1) return "below 0.1%";
  if (hundredths > 99 && hundredths < 100) return "over 99%";
  return `${hundredths >= 1 || hundredths === 0 ? Math.round(hundredths) : hundredths.toFixed(1)}%`;
}
