import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { ERROR_CODEX } from "@ballast/sdk";
import { expect } from "chai";

const artifacts = fileURLToPath(new URL("../../artifacts/contracts/", import.meta.url));

/** The contracts that can raise each error, by its name. */
function raisedErrors(): Map<string, Set<string>> {
  const raised = new Map<string, Set<string>>();
  for (const path of readdirSync(artifacts, { recursive: true, encoding: "utf8" })) {
    if (!path.endsWith(".json")) continue;
    const { abi = [], contractName = path } = JSON.parse(readFileSync(`${artifacts}${path}`, "utf8")) as {
      abi?: readonly { readonly type: string; readonly name?: string }[];
      contractName?: string;
    };
    for (const { type, name } of abi) {
      if (type !== "error" || name === undefined) continue;
      raised.set(name, (raised.get(name) ?? new Set()).add(contractName));
    }
  }
  return raised;
}

describe("the codex of errors", () => {
  const raised = raisedErrors();

  it("tells cause and way out of every error of every contract, in sentences", () => {
    expect(raised.size).to.be.greaterThan(200);
    const sentence = /^[A-Z0-9].*\.$/;
    const missing = [...raised].filter(([name]) => {
      const entry = ERROR_CODEX[name];
      return !entry || !sentence.test(entry.cause) || !sentence.test(entry.fix);
    });
    expect(missing.map(([name, contracts]) => `${name} of ${[...contracts][0]}`)).to.deep.equal([]);
  });

  it("tells of no error that nothing raises", () => {
    // Solidity's own.
    const known = new Set([...raised.keys(), "Error", "Panic"]);
    expect(Object.keys(ERROR_CODEX).filter((name) => !known.has(name))).to.deep.equal([]);
  });
});
