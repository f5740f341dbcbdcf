import { formatDecimal, parseDecimal } from "@ballast/sdk";
import { type FormEvent, useId, useState } from "react";
import { type Plan, RefusedError } from "../actions/plan.ts";
import { useAction } from "../actions/useAction.ts";
import { ActionCard } from "./ActionCard.tsx";

interface AmountFormProps {
  readonly name: string;
  readonly title: string;
  readonly explanation: string;
  readonly symbol: string;
  readonly decimals: number;
  /** Most that may be entered. */
  readonly balance: bigint;
  /** Makes the plan for an amount. */
  plan(amount: bigint): Promise<Plan>;
}

/** A form for one amount, reviewed before it is sent. */
export function AmountForm(props: AmountFormProps) {
  const { name, title, explanation, symbol, decimals, balance, plan } = props;
  const [text, setText] = useState("");
  const action = useAction();
  const id = useId();
  const busy = action.phase.kind === "checking" || action.phase.kind === "sending";

  // A review is of one amount; another amount needs another review.
  const enter = (entered: string) => {
    setText(entered);
    action.reset();
  };

  const submit = (event: FormEvent) => {
    event.preventDefault();
    void action.review(async () => {
      const amount = parseDecimal(text.replaceAll(",", ""), decimals);
      if (amount <= 0n) throw new RefusedError("Enter an amount above zero.");
      if (amount > balance) {
        throw new RefusedError(`You have only ${formatDecimal(balance, 2, decimals)} ${symbol}.`);
      }
      return plan(amount);
    });
  };

  return (
    <section className="panel" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{title}</h2>
      <p className="quiet">{explanation}</p>
      <form onSubmit={submit} data-form={name}>
        <label htmlFor={`${id}-amount`}>
          Amount in {symbol}
          <span className="quiet"> of {formatDecimal(balance, 2, decimals)} held</span>
        </label>
        <div className="entry">
          <input
            id={`${id}-amount`}
            inputMode="decimal"
            autoComplete="off"
            placeholder="0.00"
            value={text}
            disabled={busy}
            onChange={(event) => enter(event.target.value)}
          />
          <button
            type="button"
            aria-label={`All of your ${symbol}`}
            disabled={busy}
            onClick={() => enter(exact(balance, decimals))}
          >
            All
          </button>
          <button type="submit" className="primary" disabled={busy || text.trim() === ""}>
            Review
          </button>
        </div>
      </form>
      <ActionCard action={action} name={name} />
    </section>
  );
}

/** Every digit, without separators, as the form reads it back. */
function exact(amount: bigint, decimals: number): string {
  const text = formatDecimal(amount, decimals, decimals).replaceAll(",", "");
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}
