import type {
  ArgumentType,
  IgnitionModuleBuilder,
  NamedArtifactContractAtFuture,
  NamedArtifactContractDeploymentFuture,
} from "@nomicfoundation/ignition-core";
import type { BallastConfig } from "../config/config.ts";

/** Ignition's builder. */
export type Builder = IgnitionModuleBuilder;
/** A contract that a step deploys, or that another contract created. */
export type ContractFuture =
  | NamedArtifactContractDeploymentFuture<string>
  | NamedArtifactContractAtFuture<string>;

/** What every step gets. */
export interface StepContext {
  readonly m: Builder;
  readonly config: BallastConfig;
}

/** A restricted call that configures a contract after the roles have been set up. */
export interface SetUpCall {
  readonly id: string;
  readonly contract: ContractFuture;
  readonly method: string;
  readonly args: readonly ArgumentType[];
}
