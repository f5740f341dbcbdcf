import { expect } from "chai";
import { checkImports } from "../../scripts/checks/imports.ts";
import { checkErrors, checkLines, checkText } from "../../scripts/checks/text.ts";
import { countTests } from "../../scripts/lanes/run.ts";

describe("repository checks", () => {
  it("name the line of an import that crosses a wall between rooms", () => {
    const findings = checkImports([
      {
        path: "contracts/clearing/Bad.sol",
        text: 'pragma solidity 0.8.37;\nimport { Black76 } from "../pricing/Black76.sol";\n',
      },
      {
        path: "contracts/pricing/Bad.sol",
        text: 'import { Math } from "@openzeppelin/contracts/utils/math/Math.sol";\n',
      },
      { path: "contracts/cellar/Bad.sol", text: "" },
      {
        path: "contracts/vault/Good.sol",
        text: 'import { Usd } from "../types/Usd.sol";\nimport { X } from "./X.sol";\n',
      },
    ]);
    expect(findings.map(({ file, line }) => `${file}:${line}`)).to.deep.equal([
      "contracts/clearing/Bad.sol:2",
      "contracts/pricing/Bad.sol:1",
      "contracts/cellar/Bad.sol:1",
    ]);
  });

  it("name the line of an import between packages that is not in the table", () => {
    const findings = checkImports([
      {
        path: "packages/quant/src/a.ts",
        text: 'import { x } from "./b.ts";\nimport { Wallet } from "ethers";\n',
      },
      { path: "packages/sdk/src/a.ts", text: 'export { x } from "@ballast/keeper";\n' },
      { path: "packages/sdk/src/b.ts", text: 'import { x } from "../../lab/src/index.ts";\n' },
      { path: "packages/lab/src/a.ts", text: 'import { x } from "@ballast/keeper";\n' },
    ]);
    expect(findings.map(({ file, line }) => `${file}:${line}`)).to.deep.equal([
      "packages/quant/src/a.ts:2",
      "packages/sdk/src/a.ts:1",
      "packages/sdk/src/b.ts:1",
    ]);
  });

  it("find long files, machine paths, unfinished notes and errors that no test raises", () => {
    expect(checkLines([{ path: "scripts/a.ts", text: "\n".repeat(401) }])).to.have.length(1);
    const text = [`const a = "/${"work"}/x";`, `// ${"TO"}${"DO"} later`, `let b${":"} any;`].join("\n");
    expect(
      checkText([{ path: "scripts/a.ts", text }])
        .map(({ line }) => line)
        .sort(),
    ).to.deep.equal([1, 2, 3]);
    const interfaces = {
      path: "contracts/interfaces/IA.sol",
      text: "error Room_Reason();\nerror Room_Other();\nerror bad();\n",
    };
    const test = { path: "test/a.ts", text: "Room_Other" };
    expect(checkErrors([interfaces, test]).map(({ line }) => line)).to.deep.equal([1, 3]);
  });

  it("count what the runners print", () => {
    expect(countTests("  3 passing (2s)\n  1 failing\n\n  12 passing\n  2 pending\n")).to.deep.equal({
      passed: 15,
      failed: 1,
      skipped: 2,
    });
  });
});
