import { formatDecimal } from "@ballast/sdk";
import type { ReactNode } from "react";

/** An amount [wad USD] as people write it, the sign before the dollar. */
export function dollars(amount: bigint, digits = 2): string {
  const text = formatDecimal(amount, digits);
  return text.startsWith("-") ? `-$${text.slice(1)}` : `$${text}`;
}

interface FigureProps {
  readonly label: string;
  readonly value: ReactNode;
  readonly unit?: string;
  readonly note?: string;
  /** For tests and scripts; names the figure apart from its wording. */
  readonly name: string;
}

/** One number with its name; belongs inside a `dl`. */
export function Figure({ label, value, unit, note, name }: FigureProps) {
  return (
    <div className="figure">
      <dt>{label}</dt>
      <dd data-figure={name}>
        <span className="number">{value}</span>
        {unit ? <span className="unit"> {unit}</span> : null}
      </dd>
      {note ? <dd className="note">{note}</dd> : null}
    </div>
  );
}
