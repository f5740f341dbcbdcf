/** A table for people: the first column to the left, numbers to the right. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((title, i) =>
    Math.max(title.length, ...rows.map((row) => (row[i] ?? "").length)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join("  ")
      .trimEnd();
  return [line(header), widths.map((width) => "-".repeat(width)).join("  "), ...rows.map(line)].join("\n");
}

/** A number with so many decimals. */
export function fixed(value: number, decimals = 2): string {
  return value.toFixed(decimals);
}

/** US dollars with thousands set apart. */
export function dollars(value: number): string {
  return value.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

/** A share as per cent. */
export function percent(value: number, decimals = 2): string {
  return `${(100 * value).toFixed(decimals)} %`;
}

/** Time as 2026-03-27 08:00. */
export function utc(time: number): string {
  return new Date(time * 1000).toISOString().slice(0, 16).replace("T", " ");
}
