import { useEffect, useRef } from "react";
import type { Action, Phase } from "../actions/useAction.ts";

/** Review, progress and outcome of an action; announces each change. */
export function ActionCard({ action, name }: { action: Action; name: string }) {
  const { phase } = action;
  return (
    <div className="action" data-action={name}>
      {phase.kind === "review" ? <Review action={action} /> : null}
      <p
        role="status"
        aria-live="polite"
        data-phase={phase.kind}
        className={phase.kind === "failed" ? "status bad" : "status"}
      >
        {sentence(phase)}
      </p>
    </div>
  );
}

function Review({ action }: { action: Action }) {
  const first = useRef<HTMLButtonElement>(null);
  useEffect(() => first.current?.focus(), []);
  if (action.phase.kind !== "review") return null;
  const { plan } = action.phase;
  return (
    <fieldset className="review">
      <legend>Review: {plan.title}</legend>
      <dl>
        {plan.facts.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
        <div>
          <dt>Your wallet will ask for</dt>
          <dd>{plan.steps.map((step) => step.label).join(", then: ")}</dd>
        </div>
      </dl>
      <div className="buttons">
        <button ref={first} type="button" className="primary" onClick={() => void action.confirm()}>
          Confirm
        </button>
        <button type="button" onClick={action.reset}>
          Back
        </button>
      </div>
    </fieldset>
  );
}

function sentence(phase: Phase): string {
  switch (phase.kind) {
    case "idle":
      return "";
    case "checking":
      return "Simulating …";
    case "review":
      return "The simulation succeeded. Confirm to send.";
    case "sending": {
      const step = `${phase.plan.steps[phase.step]?.label} (${phase.step + 1} of ${phase.plan.steps.length})`;
      return phase.mining ? `${step}: waiting for the chain …` : `${step}: confirm in your wallet …`;
    }
    case "done":
      return `${phase.title}: done.`;
    case "failed":
      return phase.reason;
  }
}
