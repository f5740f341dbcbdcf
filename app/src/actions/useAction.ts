import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { explain, type Plan } from "./plan.ts";

/** Where an action stands. */
export type Phase =
  | { readonly kind: "idle" }
  | { readonly kind: "checking" }
  | { readonly kind: "review"; readonly plan: Plan }
  | { readonly kind: "sending"; readonly plan: Plan; readonly step: number; readonly mining: boolean }
  | { readonly kind: "done"; readonly title: string }
  | { readonly kind: "failed"; readonly reason: string };

/** An action that is reviewed before it is sent. */
export interface Action {
  readonly phase: Phase;
  /** Makes the plan and simulates its first step; a plan that would fail is never offered. */
  review(make: () => Promise<Plan>): Promise<void>;
  /** Simulates and sends each step; stops at the first that fails. */
  confirm(): Promise<void>;
  reset(): void;
}

/** State of one action. */
export function useAction(): Action {
  const [phase, setPhase] = useState<Phase>({ kind: "idle" });
  const client = useQueryClient();

  return {
    phase,
    reset: () => setPhase({ kind: "idle" }),
    async review(make) {
      setPhase({ kind: "checking" });
      try {
        const plan = await make();
        await plan.steps[0]?.simulate();
        setPhase({ kind: "review", plan });
      } catch (error) {
        setPhase({ kind: "failed", reason: explain(error) });
      }
    },
    async confirm() {
      if (phase.kind !== "review") return;
      const { plan } = phase;
      try {
        for (const [step, { simulate, send }] of plan.steps.entries()) {
          setPhase({ kind: "sending", plan, step, mining: false });
          await simulate();
          const sent = await send();
          setPhase({ kind: "sending", plan, step, mining: true });
          await sent.wait();
        }
        await client.invalidateQueries();
        setPhase({ kind: "done", title: plan.title });
      } catch (error) {
        await client.invalidateQueries();
        setPhase({ kind: "failed", reason: explain(error) });
      }
    },
  };
}
