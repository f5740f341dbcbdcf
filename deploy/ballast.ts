import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import type { BallastConfig } from "./config/config.ts";
import { deployAccess } from "./steps/01-access.ts";
import { deployOracle } from "./steps/02-oracle.ts";
import { deployRisk } from "./steps/03-risk.ts";
import { deployClearing } from "./steps/04-clearing.ts";
import { deployVault } from "./steps/05-vault.ts";
import { deploySolvency } from "./steps/06-solvency.ts";
import { handOver } from "./steps/07-roles.ts";

/** The Ignition module of a whole deployment: steps 01 to 07 in order; `status.ts` is the last one and writes nothing. */
export function ballastModule(config: BallastConfig) {
  return buildModule("Ballast", (m) => {
    const context = { m, config };
    const accessManager = deployAccess(context);
    const { calls: oracleCalls, ...oracle } = deployOracle(context, accessManager);
    const { calls: riskCalls, ...risk } = deployRisk(context, accessManager, oracle);
    const { calls: clearingCalls, ...clearing } = deployClearing(context, accessManager, oracle, risk);
    const { calls: vaultCalls, ...vault } = deployVault(context, accessManager, oracle, risk, clearing);
    const { calls: solvencyCalls, ...solvency } = deploySolvency(
      context,
      accessManager,
      risk,
      clearing,
      vault,
    );
    const rooms = { ...oracle, ...risk, ...clearing, ...vault, ...solvency };
    const setUp = [...oracleCalls, ...riskCalls, ...clearingCalls, ...vaultCalls, ...solvencyCalls];
    handOver(context, accessManager, rooms, setUp);
    return { accessManager, ...rooms };
  });
}
