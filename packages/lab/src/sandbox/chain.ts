import { rm } from "node:fs/promises";
import { createServer as createTcpServer } from "node:net";
import { fileURLToPath } from "node:url";
import { LabError, sentenceOf } from "../failure.ts";

const HOST = "127.0.0.1";

/** @throws LabError saying which flag to use, if something listens there already */
export async function requireFreePort(port: number, flag: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const probe = createTcpServer();
    probe.once("error", (error: NodeJS.ErrnoException) => {
      const why =
        error.code === "EADDRINUSE" ? "is in use" : `cannot be opened (${error.code ?? sentenceOf(error)})`;
      reject(new LabError(`Port ${port} ${why}; choose another with --${flag}.`));
    });
    probe.listen(port, HOST, () => probe.close(() => resolve()));
  });
}

/** A local chain on a port, and a connection to it. */
export async function startChain(port: number, startTime: number) {
  await requireFreePort(port, "port");
  const { network } = await import("hardhat");
  const server = await network.createServer(
    {
      network: "hardhat",
      override: { initialDate: new Date(startTime * 1000).toISOString(), loggingEnabled: false },
    },
    HOST,
    port,
  );
  await server.listen();
  const url = `http://${HOST}:${port}`;
  const deploymentId = `sandbox-${port}`;
  await forgetDeployment(deploymentId);
  const connection = await network.create({ network: "localhost", override: { url, gas: 15_000_000 } });
  return {
    url,
    connection,
    deploymentId,
    async close() {
      await connection.close();
      await server.close();
      await forgetDeployment(deploymentId);
    },
  };
}

/** Ignition keeps a journal of every chain it reaches over HTTP; this chain is new each time. */
async function forgetDeployment(deploymentId: string): Promise<void> {
  const folder = fileURLToPath(new URL(`../../../../deploy/deployments/${deploymentId}`, import.meta.url));
  await rm(folder, { recursive: true, force: true });
}
