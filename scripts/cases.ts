/** `npm run cases`: writes what full revaluation expects of every portfolio in test/risk/cases into its file. */
import { writeFileSync } from "node:fs";
import { caseText, expectationOf, judgeCase } from "../packages/quant/src/reference/index.ts";
import { readCases } from "../test/support/cases.ts";

const { data, files } = readCases();
for (const { path, made } of files) {
  writeFileSync(path, caseText({ ...made, expected: expectationOf(judgeCase(data, made)) }));
}
process.stdout.write(`${files.length} portfolio cases written.\n`);
